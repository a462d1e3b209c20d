"""The bank's files: a batch of payments taken, its statement given as CSV and as ISO 20022 camt.053."""

from __future__ import annotations

import csv
import io
import os
import sqlite3
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

from apps.payments.sandbox.replies import Reply

FUND_ACCOUNT = os.environ.get("FUND_ACCOUNT", "6217000010001234567")
COLUMNS = ("number", "date", "kind", "amount", "account", "key", "reference", "own_account")
SPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"


def batch_rows(content: bytes) -> Iterator[tuple[str, dict[str, Any]]]:
    """Key and payment of each row of a batch file."""
    for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")):
        body = {name: row[name] for name in ("holder_name", "bank", "account", "memo")}
        yield row["key"], {"amount_fen": int(Decimal(row["amount"]) * 100), **body}


def statement_csv(lines: Sequence[sqlite3.Row]) -> Reply:
    sheet = io.StringIO(newline="")
    writer = csv.writer(sheet)
    writer.writerow(COLUMNS)
    for line in lines:
        start = (line["number"], line["date"], line["kind"], _yuan(line))
        writer.writerow((*start, line["account"], line["key"], line["reference"], FUND_ACCOUNT))
    return Reply("200 OK", sheet.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8")


def statement_camt(lines: Sequence[sqlite3.Row]) -> Reply:
    entries = "".join(_entry(line) for line in lines if line["kind"] != "rejected")
    account = f"<Acct><Id><Othr><Id>{FUND_ACCOUNT}</Id></Othr></Id><Ccy>CNY</Ccy></Acct>"
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{SPACE}"><BkToCstmrStmt>'
        f"<Stmt><Id>sandbox</Id>{account}{entries}</Stmt></BkToCstmrStmt></Document>\n"
    )
    return Reply("200 OK", text.encode(), "application/xml")


def _entry(line: sqlite3.Row) -> str:
    way = "DBIT" if line["kind"] == "paid" else "CRDT"
    party = "CdtrAcct" if line["kind"] == "paid" else "DbtrAcct"
    account = f"<{party}><Id><Othr><Id>{escape(line['account'])}</Id></Othr></Id></{party}>" if line["account"] else ""
    back = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>" if line["kind"] == "returned" else ""
    return (
        f'<Ntry><NtryRef>{line["number"]}</NtryRef><Amt Ccy="CNY">{_yuan(line)}</Amt><CdtDbtInd>{way}</CdtDbtInd>'
        f"<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{line['date']}</Dt></BookgDt>"
        f"<AcctSvcrRef>{escape(line['reference'])}</AcctSvcrRef><NtryDtls><TxDtls>"
        f"<Refs><EndToEndId>{escape(line['key'].replace('-', ''))}</EndToEndId></Refs>"
        f"<RltdPties>{account}</RltdPties>{back}</TxDtls></NtryDtls></Ntry>"
    )


def _yuan(line: sqlite3.Row) -> str:
    return f"{line['amount_fen'] // 100}.{line['amount_fen'] % 100:02d}"
