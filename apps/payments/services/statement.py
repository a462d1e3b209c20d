"""Read the bank's statement: only it settles money.  Each line is taken once, matched or kept apart for a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.core.errors import N_
from apps.fund.rules.postings import Posting
from apps.fund.selectors import open_day
from apps.fund.services import book
from apps.payments.gateway import StatementFact, bank
from apps.payments.models import Checkout, LineState, Order, StatementLine
from apps.payments.rules.matching import Line, LineKind, Match, Outcome, Target, match
from apps.payments.rules.states import State
from apps.payments.services.checkouts import record_arrived
from apps.payments.services.orders import record_failed, record_returned, record_settled
from apps.payments.services.payees import account_index

OVERLAP = 100  # lines read again each time: the bank's lines may become visible out of order
REFUSED = N_("The bank's statement shows that it refused.")
MONEY_MOVED = {LineKind.PAID: -1, LineKind.RETURNED: 1, LineKind.RECEIVED: 1}


def read_statement(*, now: datetime) -> int:
    """Fetch the newest lines with an overlap and take those not yet known; answers how many were new."""
    known = set(StatementLine.objects.order_by("-number").values_list("number", flat=True)[:OVERLAP])
    facts = bank().statement(after=min(known) - 1 if len(known) == OVERLAP else 0)
    return take_lines(facts=[fact for fact in facts if fact.number not in known], now=now)


def take_lines(*, facts: Sequence[StatementFact], now: datetime) -> int:
    """Take lines by number, each in a transaction of its own, then look again at lines that waited."""
    new = sum(_take(fact, now) for fact in sorted(facts, key=lambda fact: fact.number))
    _look_again(now)
    return new


@transaction.atomic
def _take(fact: StatementFact, now: datetime) -> bool:
    """Store a line and act on it; False when another worker was faster."""
    fresh = StatementLine(
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
    StatementLine.objects.bulk_create([fresh], ignore_conflicts=True)
    line = StatementLine.objects.select_for_update().get(number=fact.number)
    if line.state != LineState.WAITING:
        return False
    _decide(line, now)
    return True


def _look_again(now: datetime) -> None:
    waiting = StatementLine.objects.filter(state=LineState.WAITING).order_by("number")
    for line_id in list(waiting.values_list("id", flat=True)):
        with transaction.atomic():
            line = waiting.select_for_update(skip_locked=True).filter(pk=line_id).first()
            if line is not None:
                _decide(line, now)


def _decide(line: StatementLine, now: datetime) -> None:
    """Match a locked line with what it names, and do what follows: all in the caller's transaction."""
    facts = Line(LineKind(line.kind), line.amount_fen, line.account_index)
    order, checkout = _named(line)
    found = match(facts, _target(order, checkout))
    if order is not None:
        _act(found, order, line, now)
    elif checkout is not None and found.outcome == Outcome.ARRIVE:
        record_arrived(checkout=checkout, bank_date=line.bank_date, now=now)
    _close(line, found, order, checkout, now)


def _named(line: StatementLine) -> tuple[Order | None, Checkout | None]:
    """What the key names, locked: an order or a checkout."""
    try:
        key = UUID(line.key)
    except ValueError:
        return None, None
    order = Order.objects.select_for_update(of=("self",)).select_related("payee_account").filter(key=key).first()
    return order, None if order else Checkout.objects.select_for_update().filter(key=key).first()


def _target(order: Order | None, checkout: Checkout | None) -> Target | None:
    if order is not None:
        return Target(order.amount_fen, State(order.state), order.payee_account.number_index)
    if checkout is not None:
        return Target(checkout.amount_fen, has_arrived=checkout.bank_date is not None)
    return None


def _act(found: Match, order: Order, line: StatementLine, now: datetime) -> None:
    if found.outcome == Outcome.SETTLE:
        record_settled(order=order, bank_date=line.bank_date, reference=line.reference, now=now)
    elif found.outcome == Outcome.RETURN:
        record_returned(order=order, bank_date=line.bank_date, now=now)
    elif found.outcome == Outcome.FAIL:
        record_failed(order_id=order.pk, reason=REFUSED, day=line.bank_date, now=now)


def _close(line: StatementLine, found: Match, order: Order | None, checkout: Checkout | None, now: datetime) -> None:
    """Note what became of the line; money that moved and is not explained stands in the books as such."""
    if found.outcome == Outcome.WAIT:
        return
    line.order, line.checkout, line.reason = order, checkout, found.reason
    line.state = LineState.QUARANTINE if found.outcome == Outcome.QUARANTINE else LineState.MATCHED
    line.save(update_fields=["order", "checkout", "reason", "state"])
    if line.state == LineState.QUARANTINE and line.kind in MONEY_MOVED:
        book(
            Posting.MONEY_UNEXPLAINED,
            amount_fen=line.amount_fen * MONEY_MOVED[LineKind(line.kind)],
            key=f"statement:{line.number}:unexplained",
            effective_date=open_day(line.bank_date),
            source=("payments.statementline", line.pk),
            now=now,
        )
