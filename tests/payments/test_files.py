"""Files between fund and bank, read as people and banks write them; whatever is wrong is said with its row."""

import os
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.payments.rules.camt import NO_PART, NO_SIGN, NOT_CAMT, NOT_XML, OTHER_SUM, read_camt
from apps.payments.rules.files import (
    EMPTY,
    MARK,
    NEGATIVE,
    NO_AMOUNT,
    NO_DATE,
    NO_HEADING,
    NO_KIND,
    NO_NUMBER,
    NOT_TEXT,
    OTHER_ACCOUNT,
    OTHER_CURRENCY,
    SAME_NUMBER,
    SHORT_ROW,
    TOO_LONG,
    ZERO,
    BadRows,
    FileLine,
    Payment,
    Problem,
    Unreadable,
    batch_text,
    number_of,
    read_csv,
    yuan_of,
)
from apps.payments.rules.matching import LineKind as K

EXAMPLES = settings(max_examples=int(os.environ.get("PROPERTY_EXAMPLES", "200")), deadline=None)
OURS = "6217000010001234567"
KEY = UUID("12345678-1234-5678-1234-567812345678")
HEADING = "number,date,kind,amount,account,key,reference,own_account"


def sheet(*rows, heading=HEADING):
    return "\r\n".join([heading, *rows]).encode()


def row(number="1", day="2026-11-24", kind="paid", amount="12.30", account="622", own=OURS):
    return f'{number},{day},{kind},"{amount}",{account},{KEY},SB1,{own}'


LINE = FileLine(1, str(KEY), K.PAID, 1230, "622", date(2026, 11, 24), "SB1")


def test_a_statement_in_csv():
    assert read_csv(sheet(row()), OURS) == [LINE]


@pytest.mark.parametrize(
    ("amount", "fen"),
    [("12.3", 1230), ("1,234.56", 123456), ("１２．３０", 1230), ("¥12", 1200), ("１，２３４", 123400), (" 0.01 ", 1)],
)
def test_amounts_as_people_write_them(amount, fen):
    assert read_csv(sheet(row(amount=amount)), OURS)[0].amount_fen == fen


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"amount": "-12.30"}, NEGATIVE),
        ({"amount": "－12.30"}, NEGATIVE),
        ({"amount": "(12.30)"}, NEGATIVE),
        ({"amount": "0.00"}, ZERO),
        ({"amount": ""}, NO_AMOUNT),
        ({"amount": "12.345"}, NO_AMOUNT),
        ({"amount": "1,23"}, NO_AMOUNT),
        ({"amount": "12 yuan"}, NO_AMOUNT),
        ({"amount": "1e3"}, NO_AMOUNT),
        ({"day": "31.12.2026"}, NO_DATE),
        ({"day": "2026-02-30"}, NO_DATE),
        ({"kind": "gift"}, NO_KIND),
        ({"number": ""}, NO_NUMBER),
        ({"own": "6217000010009999999"}, OTHER_ACCOUNT),
        ({"own": ""}, OTHER_ACCOUNT),
    ],
)
def test_what_is_wrong_is_said_with_its_row(changes, reason):
    with pytest.raises(BadRows) as refused:
        read_csv(sheet(row("7"), row(**changes)), OURS)
    assert refused.value.problems == [Problem(3, reason)]


def test_a_short_row_and_a_number_twice():
    with pytest.raises(BadRows) as refused:
        read_csv(sheet(row(), "1,2", row()), OURS)
    assert refused.value.problems == [Problem(3, SHORT_ROW), Problem(3, SAME_NUMBER)]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", NO_HEADING),
        (sheet(row(), heading="number,date"), NO_HEADING),
        (sheet(), EMPTY),
        (sheet("", ",,,,,,,"), EMPTY),
        (b"\xff\xfe\x00n\x00u", NOT_TEXT),
        (b"PK\x03\x04\x00\x00\x00", NOT_TEXT),
        (b"\xff\xff\xff\xff", NOT_TEXT),
    ],
    ids=range(7),
)
def test_what_is_no_statement_is_said(content, reason):
    with pytest.raises(Unreadable, match=reason[:30]):
        read_csv(content, OURS)


def test_a_statement_too_long_is_refused(monkeypatch):
    monkeypatch.setattr("apps.payments.rules.files.MOST_ROWS", 2)
    assert len(read_csv(sheet(row("1"), row("2")), OURS)) == 2
    with pytest.raises(Unreadable, match=TOO_LONG[:20]):
        read_csv(sheet(row("1"), row("2"), row("3")), OURS)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_encodings_that_banks_use(encoding):
    content = sheet(row(account="张三账户")).decode().encode(encoding)
    assert read_csv(content, OURS)[0].account == "张三账户"


def test_columns_may_stand_in_any_order():
    heading = "own_account,reference,key,account,amount,kind,date,number"
    assert read_csv(sheet(f"{OURS},SB1,{KEY},622,12.30,PAID,2026/11/24,1", heading=heading), OURS) == [LINE]


def payments(*names):
    return [Payment(place, "622", name, "Bank", 1230 + place, "Gongji claim", KEY) for place, name in enumerate(names)]


def test_a_batch_is_the_same_bytes_each_time_and_no_formula():
    content = batch_text(payments("Lin Yue", "=1+1", "@x"))
    assert content == batch_text(payments("Lin Yue", "=1+1", "@x"))
    text = content.decode()
    assert text.startswith(MARK + '"number","account"')
    assert '"\'=1+1"' in text
    assert '"\'@x"' in text
    assert f'"12.31","CNY","Gongji claim","{KEY.hex}"' in text


def test_any_reference_has_a_number_of_its_own():
    assert number_of("42") == 42
    assert number_of("42", 1) < -(2**61) > -(2**62) - 1
    assert number_of("2026/A-7") == number_of("2026/A-7") != number_of("2026/A-8")
    assert -(2**63) < number_of("9" * 19) < -(2**61)


@EXAMPLES
@given(content=st.binary(max_size=300))
def test_no_content_breaks_the_readers(content):
    for read in (read_csv, read_camt):
        with pytest.raises((Unreadable, BadRows)):
            read(content, OURS)


lines = st.builds(
    FileLine,
    number=st.integers(1, 10**17),
    key=st.just(str(KEY)),
    kind=st.sampled_from(K),
    amount_fen=st.integers(1, 10**12),
    account=st.from_regex(r"[0-9]{0,19}", fullmatch=True),
    bank_date=st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    reference=st.from_regex(r"SB[0-9a-f]{0,16}", fullmatch=True),
)


def as_row(line):
    start = (line.number, line.bank_date, line.kind, yuan_of(line.amount_fen), line.account, line.key, line.reference)
    return ",".join([*map(str, start), OURS])


@EXAMPLES
@given(given=st.lists(lines, min_size=1, max_size=8, unique_by=lambda line: line.number))
def test_what_is_written_is_read(given):
    assert read_csv(sheet(*map(as_row, given)), OURS) == given


SPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.{}"


def camt(*entries, version="08", own=OURS, start=""):
    return (
        f'{start}<Document xmlns="{SPACE.format(version)}"><BkToCstmrStmt><Stmt><Acct><Id><Othr><Id>{own}</Id></Othr>'
        f"</Id></Acct>{''.join(entries)}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def entry(ref="1", amount='<Amt Ccy="CNY">12.30</Amt>', way="DBIT", status="<Cd>BOOK</Cd>", more="", details=None):
    usual = (
        f"<TxDtls><Refs><EndToEndId>{KEY}</EndToEndId></Refs><RltdPties><CdtrAcct><Id><Othr><Id>622</Id></Othr></Id>"
        "</CdtrAcct></RltdPties></TxDtls>"
    )
    return (
        f"<Ntry><NtryRef>{ref}</NtryRef>{amount}<CdtDbtInd>{way}</CdtDbtInd>{more}<Sts>{status}</Sts>"
        f"<BookgDt><Dt>2026-11-24</Dt></BookgDt><AcctSvcrRef>SB1</AcctSvcrRef>"
        f"<NtryDtls>{usual if details is None else details}</NtryDtls></Ntry>"
    )


@pytest.mark.parametrize("version", ["02", "08", "13"])
def test_a_statement_in_camt(version):
    assert read_camt(camt(entry(), version=version), OURS) == [LINE]


def test_an_older_status_and_an_iban():
    content = camt(entry(status="BOOK")).replace(b"<Othr><Id>" + OURS.encode() + b"</Id></Othr>", b"<IBAN>X1</IBAN>")
    assert len(read_camt(content, "X1")) == 1


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"way": "CRDT"}, K.RECEIVED),
        ({"way": "CRDT", "more": "<RvslInd>true</RvslInd>"}, K.RETURNED),
        ({"way": "CRDT", "details": "<TxDtls><RtrInf/></TxDtls>"}, K.RETURNED),
        ({"details": ""}, K.PAID),
    ],
)
def test_which_way_the_money_went(given, kind):
    assert [line.kind for line in read_camt(camt(entry(**given)), OURS)] == [kind]


def part(amount, way="", kind="TxAmt"):
    """A transaction of an entry, with the sign it names itself."""
    sign = f"<CdtDbtInd>{way}</CdtDbtInd>" if way else ""
    return f'<TxDtls>{sign}<AmtDtls><{kind}><Amt Ccy="CNY">{amount}</Amt></{kind}></AmtDtls></TxDtls>'


def test_each_transaction_of_an_entry_is_a_line_with_its_own_number():
    found = read_camt(camt(entry(details=part(4) + part("8.30"))), OURS)
    assert [line.amount_fen for line in found] == [400, 830]
    assert len({line.number for line in found}) == 2


def test_a_transaction_may_go_the_other_way_than_its_entry():
    found = read_camt(camt(entry(details=part("20.30", "DBIT") + part(8, "CRDT"))), OURS)
    assert [(line.kind, line.amount_fen) for line in found] == [(K.PAID, 2030), (K.RECEIVED, 800)]


def test_of_one_transaction_the_amount_of_its_entry_is_enough():
    assert read_camt(camt(entry(details=part("99.99", kind="InstdAmt"))), OURS)[0].amount_fen == 1230


def test_what_is_not_yet_booked_waits():
    with pytest.raises(Unreadable, match="no line"):
        read_camt(camt(entry(status="<Cd>PDNG</Cd>")), OURS)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"amount": '<Amt Ccy="USD">12.30</Amt>'}, OTHER_CURRENCY),
        ({"amount": ""}, OTHER_CURRENCY),
        ({"amount": '<Amt Ccy="CNY">-1</Amt>'}, NEGATIVE),
        ({"details": "<TxDtls/><TxDtls/>"}, NO_PART),
        ({"details": part("4.30", kind="InstdAmt") + part(8, kind="InstdAmt")}, NO_PART),
        ({"details": part("4.30") + part("7.99")}, OTHER_SUM),
        ({"details": part("12.31")}, OTHER_SUM),
        ({"details": part("4.30", "CRDT") + part(8)}, OTHER_SUM),
        ({"details": part("12.30", "CRDT")}, OTHER_SUM),
        ({"details": part("12.30", "?")}, NO_SIGN),
        ({"details": part("-4.30") + part("16.60")}, NEGATIVE),
        ({"way": ""}, NO_SIGN),
    ],
)
def test_wrong_entries_are_said(given, reason):
    with pytest.raises(BadRows) as refused:
        read_camt(camt(entry(), entry("A2", **given)), OURS)
    assert refused.value.problems == [Problem(3, reason, "A2")]
    assert refused.value.problems[0].place == "3 · A2"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b"<NtryRef>1</NtryRef>", b"", ""),
        (b"2026-11-24", b"yesterday", NO_DATE),
        (OURS.encode(), b"1", OTHER_ACCOUNT),
    ],
)
def test_entries_that_lack_something(old, new, reason):
    content, reference = camt(entry()).replace(old, new), "1"
    if not reason:
        assert read_camt(content, OURS)[0].number < 0
        content, reason, reference = content.replace(b"<AcctSvcrRef>SB1</AcctSvcrRef>", b""), NO_NUMBER, ""
    with pytest.raises(BadRows) as refused:
        read_camt(content, OURS)
    assert refused.value.problems == [Problem(2, reason, reference)]


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("start", [BOMB, OUTSIDE, "<!DOCTYPE x>"])
def test_entities_are_refused(start):
    with pytest.raises(Unreadable, match=NOT_XML[:20]):
        read_camt(camt(entry(), start=start), OURS)


@pytest.mark.parametrize("content", [b"<Document/>", camt(entry()).replace(b"camt.053", b"pain.001")])
def test_another_xml_is_no_statement(content):
    with pytest.raises(Unreadable, match=NOT_CAMT[:20]):
        read_camt(content, OURS)
