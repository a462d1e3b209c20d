"""The statement as ISO 20022 camt.053, any version: booked entries only, each transaction of an entry a line.

The transactions of an entry must add up to it, with their signs.  Parsed by defusedxml: no entities, nothing external.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from apps.core.errors import N_
from apps.payments.rules.files import (
    NO_DATE,
    NO_NUMBER,
    OTHER_ACCOUNT,
    OTHER_CURRENCY,
    FileLine,
    Problem,
    Unreadable,
    checked,
    day_of,
    fault_of_amount,
    fen_of,
    number_of,
)
from apps.payments.rules.matching import LineKind

NAMESPACE = re.compile(r"\{urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.\d{2}\}Document")
NOT_XML = N_("This is not a readable XML file. Bring the file as the bank gave it.")
NOT_CAMT = N_("This XML file is no statement of the kind camt.053.")
NO_SIGN = N_("It does not say whether money came in or went out (CdtDbtInd).")
NO_PART = N_("A transaction of this entry has no amount of its own (TxAmt). Ask the bank for a file that has them.")
OTHER_SUM = N_("The transactions of this entry do not add up to its amount. Ask the bank for a complete file.")
SIGNS = {"CRDT": 1, "DBIT": -1}


def read_camt(content: bytes, own_account: str) -> list[FileLine]:
    """The booked lines of all statements in the file.  Raises Unreadable, BadRows; rows are counted by entries."""
    try:
        document = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Unreadable(NOT_XML) from error
    if not NAMESPACE.fullmatch(document.tag):
        raise Unreadable(NOT_CAMT)
    lines: list[FileLine] = []
    problems: list[Problem] = []
    row = 1
    for statement in document.findall("./{*}BkToCstmrStmt/{*}Stmt"):
        is_ours = _text(statement, "{*}Acct/{*}Id//{*}IBAN", "{*}Acct/{*}Id//{*}Id") == own_account
        for entry in statement.findall("{*}Ntry"):
            row += 1
            if _text(entry, "{*}Sts/{*}Cd", "{*}Sts") != "BOOK":
                continue
            reason = _fault(entry) if is_ours else OTHER_ACCOUNT
            if reason:
                problems.append(Problem(row, reason, _reference(entry)))
            else:
                lines += _lines(entry)
    return checked(lines, problems)


def _fault(entry: Element) -> str:
    if not _reference(entry):
        return NO_NUMBER
    if day_of(_date(entry)) is None:
        return NO_DATE
    if _text(entry, "{*}CdtDbtInd") not in SIGNS:
        return NO_SIGN
    return _fault_of_amount(entry.find("{*}Amt")) or _fault_of_parts(entry)


def _fault_of_amount(amount: Element | None) -> str:
    if amount is None or amount.get("Ccy") != "CNY":
        return OTHER_CURRENCY
    return fault_of_amount(_plain(amount))


def _fault_of_parts(entry: Element) -> str:
    """Why the transactions of an entry are not all of it."""
    total = 0
    for detail in _details(entry):
        amount, sign = _amount(entry, detail), _sign(entry, detail)
        if amount is None:
            return NO_PART
        if sign not in SIGNS:
            return NO_SIGN
        if reason := _fault_of_amount(amount):
            return reason
        total += SIGNS[sign] * fen_of(_plain(amount))
    whole = SIGNS[_sign(entry, entry)] * fen_of(_text(entry, "{*}Amt"))
    return "" if total == whole else OTHER_SUM


def _lines(entry: Element) -> Iterator[FileLine]:
    for part, detail in enumerate(_details(entry)):
        amount, day = _amount(entry, detail), day_of(_date(entry))
        if amount is None or day is None:
            raise AssertionError("an entry without fault has amount and day")
        kind = _kind(entry, detail)
        theirs = "CdtrAcct" if kind == LineKind.PAID else "DbtrAcct"
        yield FileLine(
            number=number_of(_reference(entry), part),
            key=_text(detail, "{*}Refs/{*}EndToEndId")[:80],
            kind=kind,
            amount_fen=fen_of(_plain(amount)),
            account=_text(
                detail,
                f"{{*}}RltdPties/{{*}}{theirs}/{{*}}Id//{{*}}IBAN",
                f"{{*}}RltdPties/{{*}}{theirs}/{{*}}Id//{{*}}Id",
            ),
            bank_date=day,
            reference=_text(entry, "{*}AcctSvcrRef", "{*}NtryRef")[:80],
        )


def _details(entry: Element) -> list[Element]:
    """The transactions of an entry; an entry without any is its own."""
    return entry.findall("{*}NtryDtls/{*}TxDtls") or [entry]


def _amount(entry: Element, detail: Element) -> Element | None:
    for path in ("{*}Amt", "{*}AmtDtls/{*}TxAmt/{*}Amt"):
        found = detail.find(path)
        if found is not None:
            return found
    return entry.find("{*}Amt") if len(_details(entry)) == 1 else None


def _sign(entry: Element, detail: Element) -> str:
    """Which way a transaction went: as it says itself, or else as its entry does."""
    return _text(detail, "{*}CdtDbtInd") or _text(entry, "{*}CdtDbtInd")


def _kind(entry: Element, detail: Element) -> LineKind:
    if _sign(entry, detail) == "DBIT":
        return LineKind.PAID
    is_return = detail.find("{*}RtrInf") is not None or _text(entry, "{*}RvslInd") == "true"
    return LineKind.RETURNED if is_return else LineKind.RECEIVED


def _reference(entry: Element) -> str:
    return _text(entry, "{*}NtryRef", "{*}AcctSvcrRef")


def _date(entry: Element) -> str:
    return _text(entry, "{*}BookgDt/{*}Dt", "{*}BookgDt/{*}DtTm", "{*}ValDt/{*}Dt")


def _plain(amount: Element) -> str:
    return (amount.text or "").strip()


def _text(element: Element, *paths: str) -> str:
    for path in paths:
        found = element.findtext(path)
        if found and found.strip():
            return found.strip()
    return ""
