"""A group pays what it owes: one bill for all of it, one payment page, one entry in the ledger."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Count, Sum

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.core.clock import business_day
from apps.enrolments.errors import NothingDue
from apps.enrolments.models import Agreement, Bill, Contribution, Place, Receipt
from apps.enrolments.permissions import check_bill, check_group
from apps.enrolments.selectors import owed_places
from apps.fund.rules.postings import Posting
from apps.fund.services import book
from apps.payments.models import Checkout, CheckoutState
from apps.payments.selectors import checkout_of
from apps.payments.services import open_checkout

LABEL = "enrolments.bill"


@transaction.atomic
def make_bill(*, agreement_id: int, actor: User, now: datetime) -> Bill:
    """The open bill of an agreement, or a new one over all that is owed now.  Raises NotAllowed, NothingDue."""
    check_group(actor, agreement_id)
    agreement = Agreement.objects.select_for_update().get(pk=agreement_id)
    bill = agreement.bills.filter(state=Bill.State.DUE).first()
    if bill is not None:
        return bill
    owed = owed_places().filter(agreement=agreement, bill=None)
    sums = owed.aggregate(fen=Sum("group_fen"), members=Count("pk"))
    if not sums["members"]:
        raise NothingDue
    bill = Bill.objects.create(
        agreement=agreement, amount_fen=sums["fen"], members=sums["members"], made_by=actor, made_at=now
    )
    Place.objects.filter(pk__in=owed.values("pk")).update(bill=bill)
    detail = {"amount_fen": bill.amount_fen, "members": bill.members}
    record_event(actor_id=actor.pk, action="bill.made", target=(LABEL, bill.pk), now=now, detail=detail)
    return bill


@transaction.atomic
def start_bill_payment(*, bill_id: int, actor: User, return_url: str, now: datetime) -> Checkout:
    """The payment page of a bill: the one that is open, or a new one after a failed or expired one.

    Raises NotAllowed, NothingDue.
    """
    check_bill(actor, bill_id)
    bill = Bill.objects.select_for_update().get(pk=bill_id)
    if bill.state != Bill.State.DUE:
        raise NothingDue
    last = checkout_of(LABEL, bill.pk)
    if last is not None and last.state in (CheckoutState.FAILED, CheckoutState.EXPIRED):
        bill.attempt += 1
        bill.save(update_fields=["attempt"])
    key = f"bill:{bill.pk}:{bill.attempt}"
    source = (LABEL, bill.pk)
    return open_checkout(key=key, source=source, amount_fen=bill.amount_fen, return_url=return_url, now=now)


def settle_bills(*, now: datetime, limit: int = 20) -> int:
    """Take in every bill the bank says is paid; how many."""
    due = Bill.objects.filter(state=Bill.State.DUE).values("pk")
    paid = Checkout.objects.filter(source_label=LABEL, state=CheckoutState.PAID, source_id__in=due)
    return sum(_settle(checkout, now) for checkout in list(paid.order_by("paid_at", "pk")[:limit]))


@transaction.atomic
def _settle(checkout: Checkout, now: datetime) -> bool:
    """One entry for the bill; every contribution of it is paid, with its receipt."""
    bill = Bill.objects.select_for_update(of=("self",)).select_related("agreement").get(pk=checkout.source_id)
    if bill.state != Bill.State.DUE:
        return False
    day = business_day(checkout.paid_at or now)
    parts = Contribution.objects.filter(
        cover__place__bill=bill, payer_label=bill.agreement.payer_label, state=Contribution.State.DUE
    )
    ids = list(parts.select_for_update(of=("self",)).values_list("pk", "amount_fen"))
    Receipt.objects.bulk_create(
        Receipt(contribution_id=pk, amount_fen=fen, received_date=day, use=Receipt.Use.CONTRIBUTION, booked_at=now)
        for pk, fen in ids
    )
    Contribution.objects.filter(pk__in=[pk for pk, _ in ids]).update(state=Contribution.State.PAID, paid_date=day)
    bill.state, bill.paid_date = Bill.State.PAID, day
    bill.save(update_fields=["state", "paid_date"])
    book(
        Posting.CONTRIBUTION_RECEIVED,
        plan=bill.agreement.plan_code,
        amount_fen=bill.amount_fen,
        key=f"bill:{bill.pk}:received",
        effective_date=day,
        moves_on=True,
        source=(LABEL, bill.pk),
        now=now,
    )
    record_event(actor_id=None, action="bill.paid", target=(LABEL, bill.pk), now=now)
    return True
