"""Book, reverse, close: the only ways to write the ledger.  All join the caller's transaction.

A refusal by the database (closed day, overdraft) ends that transaction: what would be booked does not happen at all.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NotRequired, TypedDict, Unpack

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
CLOSED, REUSED = "GJ001", "GJ002"
POST = "SELECT fund_post(%s, %s)"
CHAIN_LOCK = "SELECT pg_advisory_xact_lock(7301, 2)"


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry to be booked: lines of (account code, fen), debit positive, that sum to zero.

    ``moves_on``: a fact with a day of its own goes to the first open day where the books are closed for it.
    Raises ValueError for lines that cannot be an entry.
    """

    key: str
    kind: str
    lines: Lines
    effective_date: date
    source: tuple[str, int]
    memo: str = ""
    reverses: int | None = None
    moves_on: bool = False

    def __post_init__(self) -> None:
        amounts = [fen for _, fen in self.lines]
        if len(amounts) < 2 or sum(amounts) != 0 or 0 in amounts:
            raise ValueError(f"lines do not make an entry: {self.lines}")

    def as_json(self) -> dict[str, object]:
        """In the form of ``fund_post``, which opens accounts on first use."""
        rules = [(code, rule_of(code), fen) for code, fen in self.lines]
        return {
            "key": self.key,
            "kind": self.kind,
            "day": self.effective_date.isoformat(),
            "moves_on": self.moves_on,
            "label": self.source[0],
            "id": self.source[1],
            "memo": self.memo,
            "reverses": self.reverses,
            "lines": [[code, rule.normal, rule.no_overdraft, fen] for code, rule, fen in rules],
        }


@transaction.atomic(savepoint=False)
def post_entries(*drafts: Draft, now: datetime) -> list[int]:
    """Book entries in one statement, all or none; answers their ids in order.

    The same key with the same input answers the first entry.  Raises KeyReused, ClosedPeriod, Overdrawn,
    AlreadyReversed.
    """
    if not drafts:
        return []
    try:
        with connection.cursor() as cursor:
            cursor.execute(POST, (now, json.dumps([draft.as_json() for draft in drafts])))
            return [entry_id for (entry_id,) in cursor.fetchall()]
    except DatabaseError as error:
        raise _refusal(error, drafts) from error


def _refusal(error: DatabaseError, drafts: Sequence[Draft]) -> Exception:
    cause = error.__cause__
    if not isinstance(cause, psycopg.Error):
        return error
    if cause.sqlstate == CLOSED:
        return ClosedPeriod(day=min(draft.effective_date for draft in drafts).isoformat())
    if cause.sqlstate == REUSED:
        return KeyReused(key=cause.diag.message_detail)
    if cause.diag.constraint_name == "fund_account_no_overdraft":
        return Overdrawn(accounts=", ".join(dict.fromkeys(code for draft in drafts for code, _ in draft.lines)))
    return AlreadyReversed() if cause.diag.constraint_name == "fund_entry_reverses_id_key" else error


class EventFields(TypedDict):
    """What an event of the table of postings needs; ``account`` is what is owed from, where it is left open."""

    amount_fen: int
    key: str
    effective_date: date
    source: tuple[str, int]
    plan: NotRequired[str | None]
    account: NotRequired[str | None]
    memo: NotRequired[str]
    moves_on: NotRequired[bool]


def draft_of(event: Posting, **fields: Unpack[EventFields]) -> Draft:
    """The entry of an event.  Raises ValueError for an amount the event does not take or a name that is missing."""
    lines = lines_of(event, amount_fen=fields["amount_fen"], plan=fields.get("plan"), account=fields.get("account"))
    key, day, source = fields["key"], fields["effective_date"], fields["source"]
    moves_on = fields.get("moves_on", False)
    return Draft(key, event.value, lines, day, source, fields.get("memo", ""), moves_on=moves_on)


def book(event: Posting, *, now: datetime, **fields: Unpack[EventFields]) -> int:
    """Book one event.  Raises as ``draft_of`` and ``post_entries``."""
    return post_entries(draft_of(event, **fields), now=now)[0]


def reverse_entry(
    *, entry_id: int, key: str, effective_date: date, source: tuple[str, int], now: datetime, memo: str = ""
) -> int:
    """Book the mirror of an entry, once.  Raises as ``post_entries``."""
    entry = Entry.objects.prefetch_related("lines__account").get(pk=entry_id)
    lines = [(line.account.code, -line.amount_fen) for line in sorted(entry.lines.all(), key=lambda line: line.id)]
    kind = f"{entry.kind}-reversed"[:40]
    return post_entries(Draft(key, kind, lines, effective_date, source, memo, reverses=entry_id), now=now)[0]


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
