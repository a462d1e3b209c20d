"""What a treasurer must look at: lines that fit nothing, payments that take too long, money that has not arrived."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Count, Q, QuerySet, Sum, When

from apps.fund.selectors import balances, is_frozen
from apps.payments.models import Checkout, CheckoutState, LineState, Order, Proposal, StatementLine
from apps.payments.rules.ages import (
    LATE,
    LINE_TO_DO,
    LONGEST_ARRIVAL,
    LONGEST_WAIT_OF_A_LINE,
    REST_TO_DO,
    REST_UNPAID,
    TO_DO,
    WAITING_TO_DO,
    longest,
)
from apps.payments.rules.holding import LimitsInForce
from apps.payments.rules.matching import LineKind
from apps.payments.rules.resolving import BOOKABLE, CAME_BACK, Apart, matchable, why_not_checkout, why_not_pair
from apps.payments.rules.states import State
from apps.payments.selectors import limits_in_force, rests_to_pay_again, sent_today_fen

SHOWN = 50
CANDIDATES = 15


def late_orders(now: datetime) -> QuerySet[Order]:
    """Orders that have stayed too long where they are and rests to be paid again, the oldest first."""
    late = Q(pk=None)
    for state in State:
        for by_file in (False, True):
            limit = longest(state, by_file=by_file)
            if limit is not None:
                late |= Q(state=state, batch__isnull=not by_file, state_at__lte=now - limit)
    late |= Q(state=State.UNKNOWN, next_try_at=None) | Q(pk__in=rests_to_pay_again().values("pk"))
    return Order.objects.filter(late).select_related("payee_account").order_by("state_at", "id")


def late_arrivals(now: datetime) -> QuerySet[Checkout]:
    """Money the bank says was paid in, but that its statement does not show."""
    paid = Checkout.objects.filter(state=CheckoutState.PAID, bank_date=None, paid_at__lte=now - LONGEST_ARRIVAL)
    return paid.order_by("paid_at", "id")


def lines_to_explain(now: datetime) -> QuerySet[StatementLine]:
    """Lines kept apart, and lines that wait too long for an earlier one, newest first."""
    waits = Q(state=LineState.WAITING, read_at__lte=now - LONGEST_WAIT_OF_A_LINE)
    return StatementLine.objects.filter(Q(state=LineState.QUARANTINE) | waits).order_by("-number")


@dataclass(frozen=True, slots=True)
class Task:
    """``why`` it is here and what is ``to_do``, both to be translated where they are shown."""

    row: Order | StatementLine
    why: str
    to_do: str


def order_task(order: Order) -> Task:
    state = State(order.state)
    if order.rest_of_id is not None and state in (State.FAILED, State.RETURNED):
        return Task(order, order.reason or REST_UNPAID, REST_TO_DO)
    return Task(order, order.reason or LATE.get(state, ""), TO_DO.get(state, ""))


def line_task(line: StatementLine) -> Task:
    todo = WAITING_TO_DO if line.state == LineState.WAITING else LINE_TO_DO.get(line.reason, "")
    return Task(line, line.reason, todo)


@dataclass(frozen=True, slots=True)
class Desk:
    """What stands on the treasurer's desk: money in fen, and how much waits of what."""

    bank_fen: int
    in_transit_fen: int
    clearing_fen: int
    suspense_fen: int
    held: int
    held_fen: int
    waiting: int
    unsent: int
    unknown: int
    late: int
    lines: int
    arrivals: int
    sent_today_fen: int
    limits: LimitsInForce


def desk(now: datetime) -> Desk:
    """The same number of queries, however much there is."""
    money = balances()
    count = Count("id")
    unknown = Q(state=State.UNKNOWN)
    held = Q(state=State.HELD)
    late = late_orders(now).values("pk")
    orders = Order.objects.aggregate(
        held=Count("id", filter=held),
        held_fen=Sum("amount_fen", filter=held, default=0),
        unsent=Count("id", filter=Q(state=State.REQUESTED)),
        unknown=Count("id", filter=unknown),
        late=Count("id", filter=Q(pk__in=late)),
    )
    return Desk(
        bank_fen=money.get("bank", 0),
        in_transit_fen=money.get("in-transit", 0),
        clearing_fen=money.get("bank-clearing", 0),
        suspense_fen=money.get("suspense", 0),
        waiting=Proposal.objects.filter(outcome=Proposal.Outcome.OPEN).aggregate(n=count)["n"],
        lines=lines_to_explain(now).count(),
        arrivals=late_arrivals(now).count(),
        sent_today_fen=sent_today_fen(),
        limits=limits_in_force(),
        **orders,
    )


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a line may be, as ``kind:id``, with the object behind it."""

    value: str
    order: Order | None = None
    checkout: Checkout | None = None
    line: StatementLine | None = None
    account: str = ""


def candidates(line: StatementLine) -> list[Candidate]:
    """What could explain a line, the likeliest first: rows of ours whose amounts fit, other lines, accounts."""
    apart = Apart(LineKind(line.kind), line.amount_fen)
    if not apart.moved_fen:
        return [Candidate("note")]
    ours = _checkouts(apart) + _orders(line, apart)
    found = sorted(ours, key=lambda one: one.order is None or one.order.pk != line.order_id) + _others(line, apart)
    return found + [Candidate(f"book:{account}", account=account) for account in accounts_for(line)]


def accounts_for(line: StatementLine) -> list[str]:
    """Where a line may be booked: the general accounts, and what the payment it names was owed from."""
    own = [line.order.owed_account] if line.order and line.order.state == State.FAILED else []
    return [*own, *BOOKABLE]


def _orders(line: StatementLine, apart: Apart) -> list[Candidate]:
    """Orders the line may settle, or bring back; the one it names is among them, if it fits."""
    if apart.kind in CAME_BACK:
        fitting = Q(state=State.SETTLED, amount_fen=apart.amount_fen)
    else:
        fitting = Q(state__in=matchable(is_restored=is_frozen()), amount_fen__gte=apart.amount_fen)
    named_first = Case(When(pk=line.order_id or 0, then=0), default=1)
    rows = Order.objects.filter(fitting).select_related("payee_account").order_by(named_first, "amount_fen", "-id")
    return [Candidate(f"order:{order.pk}", order=order) for order in rows[:CANDIDATES]]


def _checkouts(apart: Apart) -> list[Candidate]:
    if apart.kind != LineKind.RECEIVED:
        return []
    rows = Checkout.objects.filter(amount_fen=apart.amount_fen, bank_date=None).order_by("-id")[:CANDIDATES]
    return [
        Candidate(f"checkout:{checkout.pk}", checkout=checkout)
        for checkout in rows
        if not why_not_checkout(apart, amount_fen=checkout.amount_fen, has_arrived=False)
    ]


def _others(line: StatementLine, apart: Apart) -> list[Candidate]:
    rows = StatementLine.objects.filter(state=LineState.QUARANTINE, amount_fen=line.amount_fen).exclude(pk=line.pk)
    return [
        Candidate(f"line:{other.pk}", line=other)
        for other in rows.order_by("-number")[:CANDIDATES]
        if not why_not_pair(apart, Apart(LineKind(other.kind), other.amount_fen))
    ]
