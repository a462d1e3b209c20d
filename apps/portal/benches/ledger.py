"""Booking: entries a second through the ledger's services, against plain SQL that writes the same rows unguarded."""

from __future__ import annotations

from datetime import date, datetime
from itertools import count

from django.db import connection

from apps.core.clock import FUND_ZONE
from apps.fund.rules.chart import rule_of
from apps.fund.selectors import ledger_is_balanced
from apps.fund.services import Draft, Lines, post_entries
from apps.portal.benches.figure import Figure, best_pair
from apps.portal.benches.scratch import scratch_database

ENTRIES = 500
NOW = datetime(2026, 11, 23, 10, tzinfo=FUND_ZONE)
DAY = date(2026, 11, 23)
USUAL: tuple[Lines, ...] = (
    (("claims-incurred:usual", 12_000), ("claims-payable:usual", -12_000)),
    (("claims-payable:usual", 12_000), ("in-transit", -12_000)),
    (("in-transit", 12_000), ("bank", -12_000)),
    (("bank", 9_000), ("bank", 1_000), ("bank-clearing", -9_000), ("suspense", -1_000)),
)
"""A claim decided, asked for, paid; and two receipts on one line of the bank's statement."""

COPIES = """
CREATE SCHEMA bare;
CREATE TABLE bare.account (LIKE fund_account INCLUDING ALL);
CREATE TABLE bare.entry (LIKE fund_entry INCLUDING ALL);
CREATE TABLE bare.line (
    LIKE fund_line INCLUDING ALL,
    FOREIGN KEY (entry_id) REFERENCES bare.entry, FOREIGN KEY (account_id) REFERENCES bare.account
);
"""
ENTRY = """
INSERT INTO bare.entry (key, input_hash, kind, effective_date, recorded_at, source_label, source_id, memo, xact)
VALUES (%s, '', 'bench', %s, %s, 'bench.row', %s, '', 0) RETURNING id
"""
LINE = "INSERT INTO bare.line (entry_id, account_id, amount_fen) VALUES "
CARRY = "UPDATE bare.account SET balance_fen = balance_fen + normal * %s WHERE id = %s"


def ledger_post() -> Figure:
    """Entries a second, each of two or four lines and in a transaction of its own."""
    with scratch_database("fund"):
        numbers = count()
        accounts = _bare_accounts()

        def book() -> None:
            for number in (next(numbers) for _ in range(ENTRIES)):
                lines = USUAL[number % len(USUAL)]
                post_entries(Draft(f"bench:{number}", "bench", lines, DAY, ("bench.row", number)), now=NOW)

        def bare() -> None:
            for number in (next(numbers) for _ in range(ENTRIES)):
                _write_bare(number, USUAL[number % len(USUAL)], accounts)

        book()  # accounts are opened, caches warm
        taken, floor = best_pair(book, bare, times=5)
        if not ledger_is_balanced():
            raise AssertionError("the ledger does not balance")
    return Figure(
        name="ledger-post",
        value=ENTRIES / taken,
        floor=ENTRIES / floor,
        ratio=taken / floor,
        unit="entries a second",
        goal="<= 2 x the floor",
        floor_is="BEGIN, INSERT of the entry, INSERT of its lines, an UPDATE for each account, COMMIT, without guards",
        is_met=taken / floor <= 2,
        details={"entries": ENTRIES, "lines": sum(map(len, USUAL)) / len(USUAL)},
    )


def _bare_accounts() -> dict[str, int]:
    codes = sorted({code for lines in USUAL for code, _ in lines})
    with connection.cursor() as cursor:
        cursor.execute(COPIES)
        cursor.executemany(
            "INSERT INTO bare.account (code, normal, no_overdraft, balance_fen) VALUES (%s, %s, false, 0)",
            [(code, rule_of(code).normal) for code in codes],
        )
        cursor.execute("SELECT code, id FROM bare.account")
        return dict(cursor.fetchall())


def _write_bare(number: int, lines: Lines, accounts: dict[str, int]) -> None:
    sums = {code: sum(fen for other, fen in lines if other == code) for code, _ in lines}
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute(ENTRY, (f"bench:{number}", DAY, NOW, number))
        (entry_id,) = cursor.fetchone()
        values = [value for code, fen in lines for value in (entry_id, accounts[code], fen)]
        cursor.execute(LINE + ", ".join(["(%s, %s, %s)"] * len(lines)), values)
        for code, fen in sums.items():
            cursor.execute(CARRY, (fen, accounts[code]))
        cursor.execute("COMMIT")
