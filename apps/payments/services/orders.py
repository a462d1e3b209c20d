"""Ask for a payment, and record what becomes of it: every step with its entry in the ledger, once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NotRequired, TypedDict, Unpack

from django.db import transaction

from apps.core.clock import DATABASE_CLOCK, business_day
from apps.core.jobs import ring
from apps.core.writing import id_sequence, next_values, run_together, updates
from apps.fund.rules.postings import Posting
from apps.fund.services import Draft, draft_of, post_entries
from apps.payments.errors import PaymentKeyReused
from apps.payments.models import Order, Purpose
from apps.payments.rules.holding import Hold, hold_at_birth
from apps.payments.rules.keys import payment_key
from apps.payments.rules.states import UNSETTLED, State
from apps.payments.selectors import limits_in_force

LABEL = "payments.order"
ENDING = (
    *("state", "state_at", "reason", "lease_until", "next_try_at"),
    *("gateway_reference", "settled_date", "returned_date"),
)


class Payment(TypedDict):
    """A payment asked for.

    ``key`` says which business fact is paid (``refund:<contribution>:1``).  ``caused_by``: who must not release it.
    ``rest_of``: the order of which the bank paid too little.
    """

    key: str
    purpose: str
    source: tuple[str, int]
    payee_account_id: int
    amount_fen: int
    owed_account: str
    caused_by: NotRequired[int | None]
    rest_of: NotRequired[int]


def request_payment(*, now: datetime, **asked: Unpack[Payment]) -> Order:
    """Ask for one payment.  Raises as ``request_payments``."""
    return request_payments(asked, now=now)[0]


@transaction.atomic
def request_payments(*asked: Payment, now: datetime) -> list[Order]:
    """Ask for payments: the rows and the reservation of their money, together; a task sends them.

    From a certain amount on one is held until two people release it.  Asked again it answers the first order.
    Raises PaymentKeyReused; fund.errors.Overdrawn when an owed account does not hold the amount.
    """
    if not asked:
        return []
    limits, ids = limits_in_force(), next_values(*[id_sequence(Order)] * len(asked))
    wanted = [
        _order(pk, one, hold_at_birth(one["amount_fen"], limits), now) for pk, one in zip(ids, asked, strict=True)
    ]
    Order.objects.bulk_create(wanted, ignore_conflicts=True)
    known = {order.key: order for order in Order.objects.filter(key__in=[order.key for order in wanted])}
    made = [order for order in wanted if known[order.key].pk == order.pk]
    post_entries(*(_entry(order, _reserving(order), "reserve", business_day(now)) for order in made), now=now)
    if any(order.state == State.REQUESTED for order in made):
        ring("payments.send_due")
    return [_same(known[order.key], order) for order in wanted]


def _order(pk: int, asked: Payment, hold: Hold | None, now: datetime) -> Order:
    return Order(
        pk=pk,
        state=State.HELD if hold else State.REQUESTED,
        reason=hold.reason if hold else "",
        caused_by_id=asked.get("caused_by"),
        rest_of_id=asked.get("rest_of"),
        key=payment_key(asked["key"]),
        business_key=asked["key"],
        purpose=Purpose(asked["purpose"]),
        source_label=asked["source"][0],
        source_id=asked["source"][1],
        payee_account_id=asked["payee_account_id"],
        amount_fen=asked["amount_fen"],
        owed_account=asked["owed_account"],
        requested_at=now,
        state_at=now,
    )


def _reserving(order: Order) -> Posting:
    is_refund = order.purpose == Purpose.REFUND
    return Posting.CONTRIBUTION_REFUND_REQUESTED if is_refund else Posting.PAYMENT_REQUESTED


def _same(known: Order, wanted: Order) -> Order:
    """The first order, if what is asked now is the same payment.  (Another account named since does not matter.)"""
    for name in ("purpose", "source_label", "source_id", "amount_fen", "owed_account"):
        if getattr(known, name) != getattr(wanted, name):
            raise PaymentKeyReused
    return known


def _entry(order: Order, event: Posting, step: str, day: date) -> Draft:
    return draft_of(
        event,
        account=order.owed_account,
        amount_fen=order.amount_fen,
        key=f"payout:{order.key}:{step}",
        effective_date=day,
        moves_on=True,
        source=(LABEL, order.pk),
    )


def record_accepted(*, order_id: int, attempt: int, reference: str) -> bool:
    """The bank took it; False when the worker is late and the order went on without it."""
    sending = Order.objects.filter(pk=order_id, state__in=[State.SUBMITTING, State.UNKNOWN], attempt=attempt)
    return bool(
        sending.update(
            state=State.SUBMITTED,
            state_at=DATABASE_CLOCK,
            lease_until=None,
            next_try_at=None,
            gateway_reference=reference,
            reason="",
        )
    )


def record_unsure(*, order_id: int, attempt: int, reason: str, is_for_a_person: bool = False) -> bool:
    """No clear answer: from here only an inquiry, the statement or a person moves it on."""
    sending = Order.objects.filter(pk=order_id, state=State.SUBMITTING, attempt=attempt)
    return bool(
        sending.update(
            state=State.UNKNOWN,
            state_at=DATABASE_CLOCK,
            lease_until=None,
            next_try_at=None if is_for_a_person else DATABASE_CLOCK,
            reason=reason[:200],
        )
    )


@transaction.atomic
def record_failed(
    *, order_id: int, reason: str, day: date, now: datetime, attempt: int | None = None, reference: str = ""
) -> bool:
    """The bank refuses for good: what is owed stays owed.  False when the order went on in the meantime."""
    order = Order.objects.select_for_update().get(pk=order_id)
    if order.state not in UNSETTLED or attempt not in (None, order.attempt):
        return False
    record_ends([(order, fail(order, reason=reason, reference=reference, day=day, now=now))], now=now)
    return True


def fail(order: Order, *, reason: str, day: date, now: datetime, reference: str = "") -> Draft:
    """Turn a locked order to failed; answers the entry that goes with it, for ``record_ends``."""
    _leave_bank(order, State.FAILED, reference, reason, now)
    return _entry(order, Posting.PAYMENT_FAILED, "fail", day)


def settle(order: Order, *, bank_date: date, reference: str, now: datetime) -> Draft:
    """The statement shows it: turn a locked order to paid; answers the entry that goes with it."""
    _leave_bank(order, State.SETTLED, reference, "", now)
    order.settled_date = bank_date
    return _entry(order, Posting.PAYMENT_SETTLED, "settle", bank_date)


def take_back(order: Order, *, bank_date: date, now: datetime) -> Draft:
    """The money came back, perhaps days later: what was owed is owed again; answers the entry that goes with it."""
    order.state, order.state_at, order.returned_date = State.RETURNED, now, bank_date
    return _entry(order, Posting.PAYMENT_RETURNED, "return", bank_date)


def _leave_bank(order: Order, state: State, reference: str, reason: str, now: datetime) -> None:
    order.state, order.state_at, order.reason = state, now, reason[:200]
    order.lease_until = order.next_try_at = None
    order.gateway_reference = reference or order.gateway_reference


def record_ends(ended: Sequence[tuple[Order, Draft]], *, now: datetime) -> None:
    """Store orders turned by ``fail``, ``settle`` or ``take_back`` and book their entries, in two statements."""
    run_together(*updates(ENDING, *(order for order, _ in ended)))
    post_entries(*(draft for _, draft in ended), now=now)
