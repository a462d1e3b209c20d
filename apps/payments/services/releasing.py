"""Let a held order go, or end one that is not paid."""

from __future__ import annotations

from datetime import datetime

from apps.core.clock import business_day
from apps.core.jobs import ring
from apps.payments.errors import AccountChanged, MovedOn
from apps.payments.models import Order, PayeeAccount, Proposal
from apps.payments.rules.states import State
from apps.payments.services.orders import fail, record_ends


def take_current_account(order: Order, *, seen_id: int | None) -> None:
    """Pay a locked, held order to the account its payee names now, which must be the one that was looked at.

    Raises MovedOn, AccountChanged.
    """
    if order.state != State.HELD:
        raise MovedOn
    was = order.payee_account
    now_named = PayeeAccount.objects.filter(
        owner_label=was.owner_label, owner_id=was.owner_id, replaced_at=None
    ).first()
    if now_named is None or (seen_id is not None and now_named.pk != seen_id):
        raise AccountChanged
    if now_named.pk != was.pk:
        order.payee_account = now_named
        order.save(update_fields=["payee_account"])


def check_release(order: Order) -> None:
    """Raises MovedOn, AccountChanged."""
    if order.state != State.HELD:
        raise MovedOn
    if order.payee_account.replaced_at is not None:
        raise AccountChanged


def let_go(order: Order, proposal: Proposal, *, now: datetime) -> None:
    """A locked, held order is to be sent; the database compares the two people once more."""
    order.state, order.state_at, order.reason = State.REQUESTED, now, ""
    order.release, order.held_until = proposal, None
    order.save(update_fields=["state", "state_at", "reason", "release", "held_until"])
    ring("payments.send_due")


def end_unpaid(order: Order, *, reason: str, now: datetime) -> None:
    """A locked order is not paid: what is owed is owed again.  Should the bank pay it yet, that line is kept apart."""
    record_ends([(order, fail(order, reason=reason, day=business_day(now), now=now))], now=now)
