"""What the bank paid too little is owed again: its rest is asked for, and after a failure once more."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.core.clock import business_day
from apps.fund.rules.postings import Posting
from apps.fund.services import book
from apps.payments.errors import MovedOn
from apps.payments.models import Order
from apps.payments.permissions import check_may_propose
from apps.payments.rules.keys import rest_key
from apps.payments.selectors import payee_account_of, rests_to_pay_again
from apps.payments.services.orders import LABEL, request_payment


def ask_for_rest(order: Order, *, short_fen: int, now: datetime) -> Order:
    """Owe again what the bank paid too little of a locked order, and ask for it with an order of its own."""
    book(
        Posting.PAYMENT_RETURNED,
        account=order.owed_account,
        amount_fen=short_fen,
        key=f"payout:{order.key}:short",
        effective_date=business_day(now),
        source=(LABEL, order.pk),
        now=now,
    )
    return _ask(order, rest_key(order.business_key), short_fen, order.payee_account_id, now)


@transaction.atomic
def pay_rest_again(*, order_id: int, actor: User, now: datetime) -> Order:
    """Ask once more for a rest that failed or came back, to the account its payee names now.

    It passes the same gates as any payment.  Asked twice it answers the first order.
    Raises NotAllowed, CausedByYou, MovedOn; fund.errors.Overdrawn when it is no longer owed.
    """
    failed = Order.objects.select_related("payee_account").get(pk=order_id)
    if failed.rest_of_id is None:
        raise MovedOn
    whole = Order.objects.select_for_update().get(pk=failed.rest_of_id)
    check_may_propose(actor=actor, order=failed)
    key = rest_key(whole.business_key, after=failed.key)
    known = whole.rests.filter(business_key=key).first()
    if known is not None:
        return known
    was = failed.payee_account
    account = payee_account_of(was.owner_label, was.owner_id)
    if account is None or not rests_to_pay_again().filter(pk=failed.pk).exists():
        raise MovedOn
    again = _ask(whole, key, failed.amount_fen, account.pk, now)
    about = {"rest_of": whole.pk, "order": again.pk}
    record_event(actor_id=actor.pk, action="payments.rest-paid-again", target=(LABEL, failed.pk), now=now, detail=about)
    return again


def _ask(whole: Order, key: str, fen: int, account_id: int, now: datetime) -> Order:
    return request_payment(
        key=key,
        purpose=whole.purpose,
        source=whole.source,
        payee_account_id=account_id,
        amount_fen=fen,
        owed_account=whole.owed_account,
        caused_by=whole.caused_by_id,
        rest_of=whole.pk,
        now=now,
    )
