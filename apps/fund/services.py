"""Book, reverse, close: the only ways to write the ledger.  All join the caller's transaction.

A refusal by the database (closed day, overdraft) ends that transaction: what would be booked does not happen at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import psycopg
from django.db import DatabaseError, connection, transaction

from apps.fund.errors import AlreadyReversed, ClosedPeriod, KeyReused, Overdrawn
from apps.fund.models import ChainLink, Closing, Entry
from apps.fund.rules.chart import rule_of
from apps.fund.rules.postings import Posting, lines_of
from apps.fund.selectors import (
    broken_link,
    chain_hash,
    missing_triggers,
    unbalanced_entries,
    unchained_entries,
    unequal_accounts,
)

Lines = Sequence[tuple[str, int]]
CLOSED = "GJ001"
POST = "SELECT entry_id, is_same FROM fund_post(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s::smallint[], %s, %s::bigint[])"
CHAIN_LOCK = "SELECT pg_advisory_xact_lock(7301, 2)"


@transaction.atomic(savepoint=False)
def post_entry(
    *,
    key: str,
    kind: str,
    lines: Lines,
    effective_date: date,
    source: tuple[str, int],
    now: datetime,
    memo: str = "",
    reverses: int | None = None,
) -> Entry:
    """Book one entry: lines of (account code, fen), debit positive, that sum to zero.

    The same key with the same input answers the first entry; accounts are opened on first use.
    Raises KeyReused, ClosedPeriod, Overdrawn; ValueError for lines that cannot be an entry.
    """
    codes, amounts = [code for code, _ in lines], [fen for _, fen in lines]
    if len(lines) < 2 or sum(amounts) != 0 or 0 in amounts:
        raise ValueError(f"lines do not make an entry: {lines}")
    rules = [rule_of(code) for code in codes]
    sides = ([rule.normal for rule in rules], [rule.no_overdraft for rule in rules], amounts)
    try:
        with connection.cursor() as cursor:
            cursor.execute(POST, (key, kind, effective_date, now, *source, memo, reverses, codes, *sides))
            entry_id, is_same = cursor.fetchone()
    except DatabaseError as error:
        raise _refusal(error, codes, effective_date) from error
    if not is_same:
        raise KeyReused(key=key)
    return Entry.objects.get(pk=entry_id)


def _refusal(error: DatabaseError, codes: Sequence[str], day: date) -> Exception:
    cause = error.__cause__
    if not isinstance(cause, psycopg.Error):
        return error
    if cause.sqlstate == CLOSED:
        return ClosedPeriod(day=day.isoformat())
    if cause.diag.constraint_name == "fund_account_no_overdraft":
        return Overdrawn(accounts=", ".join(codes))
    return AlreadyReversed() if cause.diag.constraint_name == "fund_entry_reverses_id_key" else error


def book(
    event: Posting,
    *,
    amount_fen: int,
    key: str,
    effective_date: date,
    source: tuple[str, int],
    now: datetime,
    plan: str | None = None,
    account: str | None = None,
    memo: str = "",
) -> Entry:
    """Book an event by the table of postings; ``account`` is what is owed from, where the event leaves it open.

    Raises as ``post_entry``.
    """
    lines = lines_of(event, amount_fen=amount_fen, plan=plan, account=account)
    return post_entry(
        key=key, kind=event.value, lines=lines, effective_date=effective_date, source=source, now=now, memo=memo
    )


def reverse_entry(
    *, entry_id: int, key: str, effective_date: date, source: tuple[str, int], now: datetime, memo: str = ""
) -> Entry:
    """Book the mirror of an entry, once.  Raises AlreadyReversed and as ``post_entry``."""
    entry = Entry.objects.prefetch_related("lines__account").get(pk=entry_id)
    lines = [(line.account.code, -line.amount_fen) for line in sorted(entry.lines.all(), key=lambda line: line.id)]
    return post_entry(
        key=key,
        kind=f"{entry.kind}-reversed"[:40],
        lines=lines,
        effective_date=effective_date,
        source=source,
        now=now,
        memo=memo,
        reverses=entry_id,
    )


@transaction.atomic(savepoint=False)
def close_books(*, through: date, now: datetime) -> Closing:
    """Close all days up to and including ``through``; again or earlier changes nothing.

    Call it in a transaction of its own after the entries of the close: it waits for every post under way.
    """
    latest = Closing.objects.order_by("-id").first()
    if latest is not None and latest.through >= through:
        return latest
    return Closing.objects.create(through=through, closed_at=now)


@transaction.atomic
def extend_chain(*, limit: int = 2000) -> int:
    """Put entries not yet chained into the hash chain, in id order; answers how many.

    Runs apart from posting, or it would serialise all money.  An entry that commits late joins later.
    """
    with connection.cursor() as cursor:
        cursor.execute(CHAIN_LOCK)
    previous = ChainLink.objects.order_by("-id").values_list("hash", flat=True).first() or ""
    links = []
    for entry in unchained_entries(limit):
        previous = chain_hash(previous, entry)
        links.append(ChainLink(entry=entry, hash=previous))
    ChainLink.objects.bulk_create(links)
    return len(links)


def check_books() -> list[str]:
    """Chain what is new, recompute everything, and answer what is wrong in words; nothing when all is well."""
    while extend_chain():
        pass
    faults = [f"account {code} is not the sum of its lines" for code in unequal_accounts()]
    faults += [f"entry {entry_id} does not balance" for entry_id in unbalanced_entries()]
    faults += [f"trigger {name} is missing or switched off" for name in missing_triggers()]
    broken = broken_link()
    return faults if broken is None else [*faults, f"entry {broken} differs from its hash in the chain"]
