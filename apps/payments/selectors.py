"""What upper apps and pages ask about payments; nothing here is ever pushed upward."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db import connection
from django.db.models import Count, Exists, OuterRef, QuerySet

from apps.payments.models import Checkout, CheckoutState, LineState, Order, PayeeAccount, Proposal, StatementLine
from apps.payments.rules.holding import LimitsInForce
from apps.payments.rules.states import State


def order_of(label: str, source_id: int) -> Order | None:
    """The newest order for one row of another app; the rest of one is not it."""
    return Order.objects.filter(source_label=label, source_id=source_id, rest_of=None).order_by("-id").first()


def orders_of(label: str, source_ids: Iterable[int]) -> dict[int, list[Order]]:
    """Orders by source id, newest first, for many rows in one query; without the rests of others."""
    found: dict[int, list[Order]] = defaultdict(list)
    for order in Order.objects.filter(source_label=label, source_id__in=list(source_ids), rest_of=None).order_by("-id"):
        found[order.source_id].append(order)
    return dict(found)


def checkout_of(label: str, source_id: int) -> Checkout | None:
    """The newest checkout for one row of another app."""
    return Checkout.objects.filter(source_label=label, source_id=source_id).order_by("-id").first()


def checkouts_of(label: str, source_ids: Iterable[int]) -> dict[int, list[Checkout]]:
    """Checkouts by source id, newest first, for many rows in one query."""
    found: dict[int, list[Checkout]] = defaultdict(list)
    for checkout in Checkout.objects.filter(source_label=label, source_id__in=list(source_ids)).order_by("-id"):
        found[checkout.source_id].append(checkout)
    return dict(found)


def paid_checkouts(after: datetime | None = None) -> QuerySet[Checkout]:
    """Paid checkouts in the order they were paid; ``after``: paid since then."""
    paid = Checkout.objects.filter(state=CheckoutState.PAID).order_by("paid_at", "id")
    return paid if after is None else paid.filter(paid_at__gte=after)


def payee_account_of(label: str, owner_id: int) -> PayeeAccount | None:
    """The account an owner has named last, perhaps still held."""
    return PayeeAccount.objects.filter(owner_label=label, owner_id=owner_id, replaced_at=None).first()


def orders(state: str = "") -> QuerySet[Order]:
    """All orders, newest first, or those in one state; unknown states mean all."""
    rows = Order.objects.select_related("payee_account").order_by("-id")
    return rows.filter(state=state) if state in State.__members__.values() else rows


def counts_by_state() -> dict[str, int]:
    """How many orders are in each state, in the order of the states."""
    counts = dict(Order.objects.values_list("state").annotate(count=Count("id")).order_by())
    return {state: counts.get(state, 0) for state in State}


def differences() -> QuerySet[StatementLine]:
    """Lines of the bank's statement a person must look at, newest first."""
    lines = StatementLine.objects.filter(state__in=[LineState.QUARANTINE, LineState.WAITING])
    return lines.select_related("order").order_by("-number")


def limits_in_force() -> LimitsInForce:
    """The newest limits, or those every fund begins with (both by the database, which also holds them)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT release_from_fen, payee_day_fen, day_fen FROM payments_limits_in_force()")
        return LimitsInForce(*cursor.fetchone())


def payable_again() -> QuerySet[Order]:
    """Payments that failed or came back, so that what they paid is owed again; not those that two people declined."""
    return Order.objects.filter(~declined_by_two("pk"), state__in=[State.FAILED, State.RETURNED])


def rests_to_pay_again() -> QuerySet[Order]:
    """Of what the bank paid too little, the rests that failed or came back and were not asked for again."""
    later = Order.objects.filter(rest_of=OuterRef("rest_of"), pk__gt=OuterRef("pk"))
    return payable_again().filter(~Exists(later), rest_of__isnull=False)


def arrived_fen(order: Order) -> int:
    """How much of an order has really reached its payee: less than it is for while a rest of it is not paid."""
    if order.state != State.SETTLED:
        return 0
    rest = order.rests.order_by("-id").first()
    return order.amount_fen if rest is None else order.amount_fen - rest.amount_fen + arrived_fen(rest)


def declined_by_two(order: str) -> Exists:
    """Whether two people decided not to pay the order that this field of a query names."""
    accepted = Proposal.objects.filter(kind=Proposal.Kind.DECLINE, outcome=Proposal.Outcome.ACCEPTED)
    return Exists(accepted.filter(order=OuterRef(order)))


def sent_today_fen() -> int:
    """What has gone to the bank today, by the database's day, as the limit of a day counts it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(sent_fen) FROM payments_daytotal WHERE day = payments_today() AND number_index = ''")
        return int(cursor.fetchone()[0] or 0)


def proposals() -> QuerySet[Proposal]:
    """With everything a person needs to decide on one."""
    return Proposal.objects.select_related(
        "order__payee_account",
        "line__order__payee_account",
        "other_line",
        "checkout",
        "limits",
        "proposed_by",
        "decided_by",
    )


def proposed_limits() -> QuerySet[Proposal]:
    """Other limits that were proposed, the newest first."""
    return proposals().filter(kind=Proposal.Kind.LIMITS).order_by("-id")


def open_proposals() -> QuerySet[Proposal]:
    """Waiting for a second person, the oldest first."""
    return proposals().filter(outcome=Proposal.Outcome.OPEN).order_by("id")
