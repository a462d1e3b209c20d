"""Read the bank's statement: only it settles money.  Each line is taken once, matched or kept apart for a person."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django.db import DatabaseError, connection, transaction
from django.db.models import F, Q

from apps.core.clock import business_day
from apps.core.errors import N_, DomainError
from apps.core.writing import run_together, updates
from apps.fund.models import Entry
from apps.fund.rules.postings import Posting
from apps.fund.selectors import is_frozen
from apps.fund.services import Draft, draft_of, post_entries, reverse_entry
from apps.payments.gateway import StatementFact, bank
from apps.payments.models import Checkout, LineState, Order, StatementFeed, StatementLine
from apps.payments.rules.matching import UNKNOWN_KEY, Line, LineKind, Match, Outcome, Target, match
from apps.payments.rules.states import State
from apps.payments.services.checkouts import arrive, record_arrivals
from apps.payments.services.orders import fail, record_ends, settle, take_back
from apps.payments.services.payees import account_index

logger = logging.getLogger(__name__)
LABEL = "payments.statementline"
BATCH = 200
LEAST_PAGE = 200  # a shorter one is the bank's last
NOTED_EACH = timedelta(minutes=1)  # not twice a second
OVERLAP = 100  # lines read again each time: the bank's lines may become visible out of order
REFUSED = N_("The bank's statement shows that it refused.")
MONEY_MOVED = {LineKind.PAID: -1, LineKind.RETURNED: 1, LineKind.RECEIVED: 1}
Item = TypeVar("Item")

ADVANCE = """
UPDATE payments_statementfeed f SET newest = greatest(f.newest, %(last)s), read_to = greatest(f.read_to, %(start)s, (
    SELECT max(number) FROM (
        SELECT number, row_number() OVER (ORDER BY number) AS place FROM payments_statementline
        WHERE number > %(start)s AND number <= greatest(f.newest, %(last)s)
    ) line WHERE number = %(start)s + place
)) WHERE id = %(feed)s
"""
LOOK_AGAIN = """
SELECT l.id FROM payments_statementline l
CROSS JOIN LATERAL (SELECT replace(l.key, '-', '') AS hex) plain
CROSS JOIN LATERAL (SELECT CASE WHEN hex ~ '^[0-9a-fA-F]{32}$' THEN hex::uuid END AS key) named
WHERE l.state = 'waiting' OR l.state = 'quarantine' AND l.reason = %(unknown)s AND (
    EXISTS (SELECT FROM payments_order o WHERE o.key = named.key)
    OR EXISTS (SELECT FROM payments_checkout c WHERE c.key = named.key)
) ORDER BY l.number
"""


def read_statement(*, now: datetime) -> int:
    """Fetch what the bank shows from the first missing number on, and an overlap before it; answers how many were new.

    Only while a number is missing is more than one page fetched, to come past the newest line.
    """
    feed, _ = StatementFeed.objects.get_or_create(pk=1)
    after = last = max(feed.read_to - OVERLAP, 0)
    new = 0
    while facts := bank().statement(after=after):
        numbers = [fact.number for fact in facts]
        known = set(StatementLine.objects.filter(number__in=numbers).values_list("number", flat=True))
        new += take_lines(facts=[fact for fact in facts if fact.number not in known], now=now)
        last = max(numbers)
        if last <= after or last > feed.newest or last == feed.read_to == feed.newest:
            break
        after = last
    if feed.read_to < max(last, feed.newest):
        with connection.cursor() as cursor:
            cursor.execute(ADVANCE, {"feed": feed.pk, "start": feed.read_to, "last": last})
    is_noted = feed.complete_at is not None and now - feed.complete_at < NOTED_EACH
    if len(facts) < LEAST_PAGE and not is_noted:
        StatementFeed.objects.filter(pk=feed.pk, read_to=F("newest")).update(complete_at=now)
    return new


def take_lines(*, facts: Sequence[StatementFact], now: datetime) -> int:
    """Take lines by number, many in a transaction, then look again at lines that waited; answers how many were new.

    A batch that is refused is taken line by line: one line nobody can book never holds up the others.  It is not
    stored then: the feed shows it again, and a file with it is refused.
    """
    new = 0
    for batch in batched(sorted(facts, key=lambda fact: fact.number), BATCH):
        try:
            new += _take(batch, now)
        except (DatabaseError, DomainError):
            new += sum(_take_alone(fact, now) for fact in batch)
    _look_again(now)
    return new


def batched(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _take_alone(fact: StatementFact, now: datetime) -> int:
    try:
        return _take([fact], now)
    except (DatabaseError, DomainError):
        logger.exception("Line %s of the statement could not be taken", fact.number)
        return 0


@transaction.atomic
def _take(facts: Sequence[StatementFact], now: datetime) -> int:
    """Store lines and act on them; those another worker took first are left out."""
    StatementLine.objects.bulk_create([_line(fact, now) for fact in facts], ignore_conflicts=True)
    ours = StatementLine.objects.filter(number__in=[fact.number for fact in facts], state=LineState.WAITING)
    lines = list(ours.select_for_update().order_by("number"))
    _decide(lines, now)
    return len(lines)


def _line(fact: StatementFact, now: datetime) -> StatementLine:
    return StatementLine(
        number=fact.number,
        key=fact.key,
        kind=fact.kind,
        amount_fen=fact.amount_fen,
        account_index=account_index(fact.account) if fact.account else "",
        bank_date=fact.bank_date,
        reference=fact.reference,
        read_at=now,
        state=LineState.WAITING,
    )


def _look_again(now: datetime) -> None:
    """Match lines that waited, and those of unknown keys that are known by now; one that fails stops no other."""
    with connection.cursor() as cursor:
        cursor.execute(LOOK_AGAIN, {"unknown": UNKNOWN_KEY})
        ids = [line_id for (line_id,) in cursor.fetchall()]
    for batch in batched(ids, BATCH):
        try:
            _decide_again(batch, now)
        except (DatabaseError, DomainError):
            for line_id in batch:
                _decide_alone(line_id, now)


def _decide_alone(line_id: int, now: datetime) -> None:
    try:
        _decide_again([line_id], now)
    except (DatabaseError, DomainError):
        logger.exception("Statement line with id %s could not be matched; it is tried again", line_id)


@transaction.atomic
def _decide_again(ids: Sequence[int], now: datetime) -> None:
    is_open = Q(state=LineState.WAITING) | Q(state=LineState.QUARANTINE, reason=UNKNOWN_KEY)
    lines = StatementLine.objects.filter(is_open, pk__in=ids).order_by("number")
    _decide(list(lines.select_for_update(skip_locked=True)), now)


def _decide(lines: Sequence[StatementLine], now: datetime) -> None:
    """Match locked lines with what they name, and do what follows, in their order and in the caller's transaction."""
    if not lines:
        return
    orders, checkouts = _named({key for line in lines if (key := _key(line))})
    is_restored = is_frozen()
    for turn in _turns(lines):
        _act([Found(line, orders.get(_key(line)), checkouts.get(_key(line)), is_restored) for line in turn], now)


def _key(line: StatementLine) -> UUID | None:
    try:
        return UUID(line.key)
    except ValueError:
        return None


def _turns(lines: Sequence[StatementLine]) -> list[list[StatementLine]]:
    """Lines of one key one after the other, all others at once."""
    turns: list[list[StatementLine]] = []
    seen: Counter[UUID | None] = Counter()
    for line in lines:
        key = _key(line)
        if seen[key] == len(turns):
            turns.append([])
        turns[seen[key]].append(line)
        seen[key] += key is not None
    return turns


def _named(keys: Set[UUID]) -> tuple[dict[UUID | None, Order], dict[UUID | None, Checkout]]:
    """What the keys of lines name, locked in the order of ids: orders, and checkouts for the rest."""
    if not keys:
        return {}, {}
    rows = Order.objects.select_for_update(of=("self",)).select_related("payee_account")
    orders: dict[UUID | None, Order] = {order.key: order for order in rows.filter(key__in=keys).order_by("id")}
    rest = Checkout.objects.select_for_update().filter(key__in=keys - orders.keys()).order_by("id")
    return orders, {checkout.key: checkout for checkout in rest}


@dataclass(slots=True)
class Found:
    """A line, what its key names, and what the line does to it."""

    line: StatementLine
    order: Order | None
    checkout: Checkout | None
    is_restored: bool
    was_apart: bool = field(init=False)
    match: Match = field(init=False)

    def __post_init__(self) -> None:
        """A key the bank named before these books knew it is that of a payment they had lost."""
        facts = Line(LineKind(self.line.kind), self.line.amount_fen, self.line.account_index)
        self.was_apart = self.line.state == LineState.QUARANTINE
        self.match = match(facts, self._target(), is_restored=self.is_restored or self.was_apart)

    def _target(self) -> Target | None:
        if self.order is not None:
            return Target(self.order.amount_fen, State(self.order.state), self.order.payee_account.number_index)
        if self.checkout is not None:
            return Target(self.checkout.amount_fen, has_arrived=self.checkout.bank_date is not None)
        return None


def _act(turn: Sequence[Found], now: datetime) -> None:
    """Move on what the lines name, each with its entry, and note what became of the lines."""
    ended = [(found.order, entry) for found in turn if found.order and (entry := _end(found, found.order, now))]
    arrived = [
        (found.checkout, arrive(found.checkout, bank_date=found.line.bank_date, now=now))
        for found in turn
        if found.checkout and found.match.outcome == Outcome.ARRIVE
    ]
    if ended:
        record_ends(ended, now=now)
    if arrived:
        record_arrivals(arrived, now=now)
    _close([found for found in turn if found.match.outcome != Outcome.WAIT], now)


def _end(found: Found, order: Order, now: datetime) -> Draft | None:
    line, outcome = found.line, found.match.outcome
    if outcome == Outcome.SETTLE:
        return settle(order, bank_date=line.bank_date, reference=line.reference, now=now)
    if outcome == Outcome.RETURN:
        return take_back(order, bank_date=line.bank_date, now=now)
    if outcome == Outcome.FAIL:
        return fail(order, reason=REFUSED, day=line.bank_date, now=now)
    return None


def _close(turn: Sequence[Found], now: datetime) -> None:
    """Note what became of the lines; money that moved and is not explained stands in the books as such."""
    for found in turn:
        line, outcome = found.line, found.match.outcome
        line.order, line.checkout, line.reason = found.order, found.checkout, found.match.reason
        line.state = LineState.QUARANTINE if outcome == Outcome.QUARANTINE else LineState.MATCHED
    if turn:
        run_together(*updates(("order", "checkout", "reason", "state"), *(found.line for found in turn)))
    moved = [found for found in turn if found.line.kind in MONEY_MOVED]
    apart = [found.line for found in moved if found.line.state == LineState.QUARANTINE and not found.was_apart]
    post_entries(*(_unexplained(line) for line in apart), now=now)
    for found in moved:
        if found.was_apart and found.line.state != LineState.QUARANTINE:
            turn_round(found.line, now=now)


def turn_round(line: StatementLine, *, now: datetime, memo: str = "") -> None:
    """The money is not unexplained any more: the mirror of the entry that said so."""
    reverse_entry(
        entry_id=Entry.objects.get(key=f"statement:{line.number}:unexplained").pk,
        key=f"statement:{line.number}:explained",
        effective_date=business_day(now),
        source=(LABEL, line.pk),
        memo=memo,
        now=now,
    )


def _unexplained(line: StatementLine) -> Draft:
    return draft_of(
        Posting.MONEY_UNEXPLAINED,
        amount_fen=line.amount_fen * MONEY_MOVED[LineKind(line.kind)],
        key=f"statement:{line.number}:unexplained",
        effective_date=line.bank_date,
        moves_on=True,
        source=(LABEL, line.pk),
    )
