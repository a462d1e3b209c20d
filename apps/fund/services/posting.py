"""Book and reverse: the only ways to write an entry.  All join the caller's transaction.

A refusal by the database (closed day, overdraft) ends that transaction: what would be booked does not happen at all.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import NotRequired, TypedDict, Unpack

import psycopg
from django.db import DatabaseError, connection, transaction

from apps.core.writing import Statement
from apps.fund.errors import AlreadyReversed, ClosedPeriod, KeyReused, Overdrawn
from apps.fund.models import Entry
from apps.fund.rules.chart import rule_of
from apps.fund.rules.postings import Posting, lines_of

Lines = Sequence[tuple[str, int]]
CLOSED, REUSED = "GJ001", "GJ002"
POST = "SELECT fund_post(%s, %s)"


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
    with refusals(*drafts), connection.cursor() as cursor:
        cursor.execute(*posting(*drafts, now=now))
        return [entry_id for (entry_id,) in cursor.fetchall()]


def posting(*drafts: Draft, now: datetime) -> Statement:
    """The statement that books entries, for who runs it together with others, under ``refusals``."""
    return POST, (now, json.dumps([draft.as_json() for draft in drafts]))


@contextmanager
def refusals(*drafts: Draft) -> Iterator[None]:
    """Say why the database refused to book, in the words of ``post_entries``; its other refusals pass through."""
    try:
        yield
    except DatabaseError as error:
        refusal = _refusal(error, drafts)
        if refusal is error:
            raise
        raise refusal from error


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
    return post_entries(_mirror(entry, key, effective_date, source, memo), now=now)[0]


def reverse_entries_of(
    booked_for: tuple[str, int], *, key: str, effective_date: date, source: tuple[str, int], now: datetime, memo: str
) -> list[int]:
    """Book the mirrors of all entries that came from one row of another app, in one statement.

    What is not below zero when all are booked is not overdrawn on the way.  Raises as ``post_entries``.
    """
    label, source_id = booked_for
    entries = Entry.objects.filter(source_label=label, source_id=source_id, reversed_by=None, reverses=None)
    rows = entries.order_by("id").prefetch_related("lines__account")
    return post_entries(*(_mirror(row, f"{key}:{row.pk}", effective_date, source, memo) for row in rows), now=now)


def _mirror(entry: Entry, key: str, day: date, source: tuple[str, int], memo: str) -> Draft:
    lines = [(line.account.code, -line.amount_fen) for line in sorted(entry.lines.all(), key=lambda line: line.id)]
    return Draft(key, f"{entry.kind}-reversed"[:40], lines, day, source, memo, reverses=entry.pk)
