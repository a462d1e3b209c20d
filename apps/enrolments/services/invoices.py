"""A group pays what it owes: one invoice for all of it, one payment page, one entry in the ledger."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, F, Sum

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.core.clock import business_day
from apps.enrolments.errors import NothingDue
from apps.enrolments.models import Agreement, Contribution, Invoice, Place, Receipt
from apps.enrolments.permissions import check_group, check_invoice
from apps.enrolments.selectors import owed_places
from apps.fund.rules.postings import Posting
from apps.fund.services import draft_of, post_entries
from apps.payments.models import Checkout, CheckoutState
from apps.payments.selectors import checkout_of
from apps.payments.services import open_checkout

LABEL = "enrolments.invoice"


@transaction.atomic
def make_invoice(*, agreement_id: int, actor: User, now: datetime) -> Invoice:
    """The open invoice of an agreement, or a new one over all that is owed now.  Raises NotAllowed, NothingDue."""
    check_group(actor, agreement_id)
    agreement = Agreement.objects.select_for_update().get(pk=agreement_id)
    invoice = agreement.invoices.filter(state=Invoice.State.DUE).first()
    if invoice is not None:
        return invoice
    owed = owed_places().filter(agreement=agreement, invoice=None)
    sums = owed.aggregate(fen=Sum("group_fen"), members=Count("pk"))
    if not sums["members"]:
        raise NothingDue
    invoice = Invoice.objects.create(
        agreement=agreement, amount_fen=sums["fen"], members=sums["members"], made_by=actor, made_at=now
    )
    Place.objects.filter(pk__in=owed.values("pk")).update(invoice=invoice)
    detail = {"amount_fen": invoice.amount_fen, "members": invoice.members}
    record_event(actor_id=actor.pk, action="invoice.made", target=(LABEL, invoice.pk), now=now, detail=detail)
    return invoice


@transaction.atomic
def start_invoice_payment(*, invoice_id: int, actor: User, return_url: str, now: datetime) -> Checkout:
    """The payment page of an invoice: the one that is open, or a new one after a failed or expired one.

    Raises NotAllowed, NothingDue.
    """
    check_invoice(actor, invoice_id)
    invoice = Invoice.objects.select_for_update().get(pk=invoice_id)
    if invoice.state != Invoice.State.DUE:
        raise NothingDue
    last = checkout_of(LABEL, invoice.pk)
    if last is not None and last.state in (CheckoutState.FAILED, CheckoutState.EXPIRED):
        invoice.attempt += 1
        invoice.save(update_fields=["attempt"])
    key = f"invoice:{invoice.pk}:{invoice.attempt}"
    source = (LABEL, invoice.pk)
    return open_checkout(key=key, source=source, amount_fen=invoice.amount_fen, return_url=return_url, now=now)


def settle_invoices(*, now: datetime, limit: int = 20) -> int:
    """Take in every invoice the bank says is paid; how many."""
    due = Invoice.objects.filter(state=Invoice.State.DUE).values("pk")
    paid = Checkout.objects.filter(source_label=LABEL, state=CheckoutState.PAID, source_id__in=due)
    return sum(_settle(checkout, now) for checkout in list(paid.order_by("paid_at", "pk")[:limit]))


@transaction.atomic
def _settle(checkout: Checkout, now: datetime) -> bool:
    """One entry for the invoice; every contribution of it is paid, with its receipt."""
    invoice = Invoice.objects.select_for_update(of=("self",)).select_related("agreement").get(pk=checkout.source_id)
    if invoice.state != Invoice.State.DUE:
        return False
    day = business_day(checkout.paid_at or now)
    parts = Contribution.objects.filter(
        cover__place__invoice=invoice, payer_label=invoice.agreement.payer_label, state=Contribution.State.DUE
    )
    ids = list(parts.select_for_update(of=("self",)).values_list("pk", "amount_fen"))
    key = f"invoice:{invoice.pk}"
    Receipt.objects.bulk_create(
        Receipt(
            contribution_id=pk,
            key=key,
            amount_fen=fen,
            received_date=day,
            use=Receipt.Use.CONTRIBUTION,
            booked_at=now,
        )
        for pk, fen in ids
    )
    paid = {"state": Contribution.State.PAID, "paid_date": day, "received_fen": F("amount_fen")}
    Contribution.objects.filter(pk__in=[pk for pk, _ in ids]).update(**paid)
    invoice.state, invoice.paid_date = Invoice.State.PAID, day
    invoice.save(update_fields=["state", "paid_date"])
    _book(invoice, sum(fen for _, fen in ids), day, now)
    record_event(actor_id=None, action="invoice.paid", target=(LABEL, invoice.pk), now=now)
    return True


def _book(invoice: Invoice, owed_fen: int, day: date, now: datetime) -> None:
    """What is still owed by members who stayed; for those who left in the meantime the money waits in suspense."""
    parts = ((Posting.CONTRIBUTION_RECEIVED, owed_fen), (Posting.CONTRIBUTION_IN_EXCESS, invoice.amount_fen - owed_fen))
    drafts = [
        draft_of(
            event,
            plan=invoice.agreement.plan_code if event is Posting.CONTRIBUTION_RECEIVED else None,
            amount_fen=fen,
            key=f"invoice:{invoice.pk}:{event.value}",
            effective_date=day,
            moves_on=True,
            source=(LABEL, invoice.pk),
        )
        for event, fen in parts
        if fen
    ]
    post_entries(*drafts, now=now)
