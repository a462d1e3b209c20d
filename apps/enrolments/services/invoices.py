"""A group pays what it owes: one invoice for all of it, one payment page, one entry in the ledger."""

from __future__ import annotations

import logging
from datetime import date, datetime
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection, transaction
from django.db.models import Count, Exists, OuterRef, Sum

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.enrolments.errors import NothingDue
from apps.enrolments.models import Agreement, Invoice, InvoicePayment, Place
from apps.enrolments.permissions import check_group, check_invoice
from apps.enrolments.selectors import LEFT_FEN, owed_parts
from apps.enrolments.services.batches import checked_at_once
from apps.enrolments.services.refunding import give_back_payment
from apps.fund.rules.postings import Posting
from apps.fund.services import draft_of, post_entries
from apps.payments.models import Checkout, CheckoutState
from apps.payments.selectors import checkout_of
from apps.payments.services import open_checkout

logger = logging.getLogger(__name__)
LABEL = "enrolments.invoice"
PAY_PARTS = """
WITH part AS (
    SELECT c.id, c.amount_fen - c.received_fen AS fen
    FROM enrolments_contribution AS c JOIN enrolments_place AS p ON p.cover_id = c.cover_id
    WHERE p.invoice_id = %(invoice)s AND c.payer_label = %(payer)s AND c.state = 'due'
    ORDER BY c.id FOR UPDATE OF c
), receipt AS (
    INSERT INTO enrolments_receipt (contribution_id, key, amount_fen, received_date, use, booked_at)
    SELECT id, %(key)s, fen, %(day)s, 'contribution', %(now)s FROM part
), paid AS (
    UPDATE enrolments_contribution AS c SET state = 'paid', paid_date = %(day)s, received_fen = c.amount_fen
    FROM part WHERE c.id = part.id
)
SELECT coalesce(sum(fen), 0) FROM part
"""
"""Receipt and payment of however many contributions in one statement; row by row in Python it took minutes."""


@transaction.atomic
def make_invoice(*, agreement_id: int, actor: User, now: datetime) -> Invoice:
    """The open invoice of an agreement, or a new one over all that is owed now.

    An open one is replaced when another sum is owed of it by now and nobody is paying it.

    Raises NotAllowed, NothingDue.
    """
    check_group(actor, agreement_id)
    agreement = Agreement.objects.select_for_update().get(pk=agreement_id)
    invoice = agreement.invoices.select_for_update().filter(state=Invoice.State.DUE).first()
    if invoice is not None and not _has_changed(invoice):
        return invoice
    if invoice is not None:
        _replace(invoice, actor, now)
    owed = owed_parts().filter(cover__place__agreement=agreement, cover__place__invoice=None)
    sums = owed.aggregate(fen=Sum(LEFT_FEN), members=Count("pk"))
    if not sums["members"]:
        raise NothingDue
    invoice = Invoice.objects.create(
        agreement=agreement, amount_fen=sums["fen"], members=sums["members"], made_by=actor, made_at=now
    )
    with checked_at_once():
        Place.objects.filter(cover__in=owed.values("cover")).update(invoice=invoice)
    detail = {"amount_fen": invoice.amount_fen, "members": invoice.members}
    record_event(actor_id=actor.pk, action="invoice.made", target=(LABEL, invoice.pk), now=now, detail=detail)
    return invoice


def _has_changed(invoice: Invoice) -> bool:
    """Whether another sum is owed of it than it says, and nobody is paying that one."""
    under_way = [CheckoutState.OPEN, CheckoutState.PAID]
    if Checkout.objects.filter(source_label=LABEL, source_id=invoice.pk, state__in=under_way).exists():
        return False
    owed = owed_parts().filter(cover__place__invoice=invoice).aggregate(fen=Sum(LEFT_FEN, default=0))
    return bool(owed["fen"] != invoice.amount_fen)


def _replace(invoice: Invoice, actor: User, now: datetime) -> None:
    invoice.state = Invoice.State.VOID
    invoice.save(update_fields=["state"])
    with checked_at_once():
        Place.objects.filter(invoice=invoice).update(invoice=None)
    record_event(actor_id=actor.pk, action="invoice.replaced", target=(LABEL, invoice.pk), now=now)


@transaction.atomic
def start_invoice_payment(*, invoice_id: int, actor: User, return_url: str, now: datetime) -> Checkout:
    """The payment page of an invoice: the one that is open, or a new one after a failed or expired one.

    Raises NotAllowed, NothingDue.
    """
    agreement_id = check_invoice(actor, invoice_id).agreement_id
    Agreement.objects.select_for_update().get(pk=agreement_id)
    invoice = Invoice.objects.select_for_update().get(pk=invoice_id)
    if invoice.state != Invoice.State.DUE:
        raise NothingDue
    if _has_changed(invoice):
        invoice = make_invoice(agreement_id=agreement_id, actor=actor, now=now)
    last = checkout_of(LABEL, invoice.pk)
    if last is not None:
        if last.state in (CheckoutState.OPEN, CheckoutState.PAID):
            return last
        invoice.attempt += 1
        invoice.save(update_fields=["attempt"])
    key = f"invoice:{invoice.pk}:{invoice.made_at.isoformat()}:{invoice.attempt}"  # an id alone: see part_key
    source = (LABEL, invoice.pk)
    return open_checkout(key=key, source=source, amount_fen=invoice.amount_fen, return_url=return_url, now=now)


def settle_invoices(*, now: datetime, limit: int = 20) -> int:
    """Take in every paid checkout of an invoice that is not taken in yet; how many.

    One by one, so that one that cannot be taken in does not hold up others.
    """
    taken = InvoicePayment.objects.filter(checkout=OuterRef("pk"))
    paid = Checkout.objects.filter(~Exists(taken), source_label=LABEL, state=CheckoutState.PAID)
    return sum(_settle_alone(checkout, now) for checkout in list(paid.order_by("paid_at", "pk")[:limit]))


def _settle_alone(checkout: Checkout, now: datetime) -> bool:
    try:
        return _settle(checkout, now)
    except SoftTimeLimitExceeded:
        raise
    except Exception:
        logger.exception("Payment %s of an invoice could not be taken in; it is tried again", checkout.pk)
        return False


@transaction.atomic
def _settle(checkout: Checkout, now: datetime) -> bool:
    """One entry for the invoice; every contribution of it is paid, with its receipt; a second payment goes back.

    All or nothing.  One whose row somebody holds, another worker at this very work perhaps, is left for the next run.
    """
    free = Invoice.objects.select_for_update(of=("self",), skip_locked=True).select_related("agreement")
    invoice = free.filter(pk=checkout.source_id).first()
    if invoice is None or InvoicePayment.objects.filter(checkout=checkout).exists():
        return False
    day, is_first = checkout.counts_from(now), invoice.state == Invoice.State.DUE
    used_fen = _pay_parts(invoice, day, now) if is_first else 0
    payment = InvoicePayment.objects.create(
        invoice=invoice,
        checkout=checkout,
        amount_fen=checkout.amount_fen,
        excess_fen=checkout.amount_fen - used_fen,
        received_date=day,
        booked_at=now,
    )
    _book(payment, now)
    if payment.excess_fen:
        give_back_payment(payment, now=now)
    action = "invoice.paid" if is_first else "invoice.excess"
    detail = {"amount_fen": payment.amount_fen, "excess_fen": payment.excess_fen}
    record_event(actor_id=None, action=action, target=(LABEL, invoice.pk), now=now, detail=detail)
    return True


def _pay_parts(invoice: Invoice, day: date, now: datetime) -> int:
    """Everything still owed of the invoice is paid; answers how much that is."""
    invoice.state, invoice.paid_date = Invoice.State.PAID, day
    invoice.save(update_fields=["state", "paid_date"])
    key, payer = f"invoice:{invoice.pk}", invoice.agreement.payer_label
    scope: dict[str, Any] = {"invoice": invoice.pk, "payer": payer, "key": key, "day": day, "now": now}
    with checked_at_once(), connection.cursor() as cursor:
        cursor.execute(PAY_PARTS, scope)
        return int(cursor.fetchone()[0])


def _book(payment: InvoicePayment, now: datetime) -> None:
    """What was still owed; what is over, because members left or it was paid twice, waits in suspense to go back."""
    parts = (
        (Posting.CONTRIBUTION_RECEIVED, payment.amount_fen - payment.excess_fen),
        (Posting.CONTRIBUTION_IN_EXCESS, payment.excess_fen),
    )
    drafts = [
        draft_of(
            event,
            plan=payment.invoice.agreement.plan_code if event is Posting.CONTRIBUTION_RECEIVED else None,
            amount_fen=fen,
            key=f"invoice:{payment.invoice_id}:{payment.checkout_id}:{event.value}",
            effective_date=payment.received_date,
            moves_on=True,
            source=(LABEL, payment.invoice_id),
        )
        for event, fen in parts
        if fen
    ]
    post_entries(*drafts, now=now)
