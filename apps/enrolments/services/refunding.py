"""Money that goes back: written down with the reason, paid as soon as the account for it is known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from apps.accounts.models import Role, User
from apps.core.errors import NotAllowed
from apps.core.jobs import ring
from apps.core.writing import run_together, updates
from apps.enrolments.models import Contribution, Cover, InvoicePayment, Receipt, Refund
from apps.enrolments.selectors import GROUP_ACCOUNT, OTHERS_ACCOUNT, place_of
from apps.enrolments.services.batches import work_off
from apps.enrolments.services.recording import Changes
from apps.payments.models import PayeeAccount, Purpose
from apps.payments.selectors import payable_again
from apps.payments.services import Payment, name_payee_account, request_payments

LABEL = "enrolments.refund"
FAMILY_ACCOUNT = "accounts.user"
"""Owner of the account for payments of whoever applied; groups have theirs, other payers one a contribution."""


def give_up(contributions: Iterable[Contribution], cover: Cover, changes: Changes) -> None:
    """What is still due is not owed any more, in memory; what had come of it goes back."""
    for row in contributions:
        if row.is_waited_for:
            row.state = Contribution.State.VOID
            changes.change(row)
            if row.received_fen:
                give_back(row, row.received_fen, cover, changes)


def undo(contributions: Iterable[Contribution], cover: Cover, changes: Changes) -> None:
    """A cover that never started, in memory: what some payers paid while others did not goes back."""
    for row in contributions:
        if row.received_fen:
            is_paid = row.state == Contribution.State.PAID
            row.state = Contribution.State.REFUNDED if is_paid else Contribution.State.VOID
            changes.change(row)
            give_back(row, row.received_fen, cover, changes)


def give_back(row: Contribution, fen: int, cover: Cover, changes: Changes) -> None:
    """Owe money of a contribution to whoever paid it."""
    owed_account = f"contributions-in-advance:{cover.plan_code}"
    changes.refunds.append(_refund(row, fen, cover, changes, owed_account=owed_account))
    if row.is_of_family:
        _tell(cover, fen, changes, key=f"contribution:{row.pk}:refunded")
    ring("enrolments.pay_refunds")


def give_back_excess(receipt: Receipt, cover: Cover, changes: Changes) -> None:
    """Owe a payer what it paid though nothing was due for it any more."""
    row = receipt.contribution
    refund = _refund(row, receipt.amount_fen, cover, changes, owed_account="suspense")
    refund.receipt = receipt
    changes.refunds.append(refund)
    if row.is_of_family:
        _tell(cover, receipt.amount_fen, changes, key=f"receipt:{receipt.key}:{row.pk}:refunded")
    ring("enrolments.pay_refunds")


def give_back_payment(payment: InvoicePayment, *, now: datetime) -> None:
    """Owe a group what it paid with an invoice though nothing was due for it any more; in the caller's transaction."""
    Refund.objects.create(
        payment=payment,
        amount_fen=payment.excess_fen,
        owed_account="suspense",
        owner_label=GROUP_ACCOUNT,
        owner_id=payment.invoice.agreement.organisation_id,
        created_at=now,
    )
    ring("enrolments.pay_refunds")


def _refund(row: Contribution, fen: int, cover: Cover, changes: Changes, *, owed_account: str) -> Refund:
    label, pk = _owner(row, cover)
    return Refund(
        contribution=row,
        amount_fen=fen,
        owed_account=owed_account,
        owner_label=label,
        owner_id=pk,
        created_at=changes.now,
    )


def _owner(row: Contribution, cover: Cover) -> tuple[str, int]:
    """On whose account it is paid."""
    if row.is_of_family:
        return FAMILY_ACCOUNT, cover.application.actor_id
    place = place_of(cover)
    if place is not None and row.payer_label == place.agreement.payer_label:
        return GROUP_ACCOUNT, place.agreement.organisation_id
    return OTHERS_ACCOUNT, row.pk


def name_refund_account(
    *, refund_id: int, actor: User, holder_name: str, bank: str, number: str, key: UUID, now: datetime
) -> PayeeAccount:
    """The account on which a payer that is neither family nor group is paid back; a changed one is held a while.

    Raises NotAllowed, WrongAccountNumber.
    """
    refund = Refund.objects.filter(pk=refund_id, owner_label=OTHERS_ACCOUNT).first()
    if refund is None or not actor.has_role(Role.TREASURER):
        raise NotAllowed
    owner = (OTHERS_ACCOUNT, refund.owner_id)
    return name_payee_account(
        owner=owner, holder_name=holder_name, bank=bank, number=number, actor=actor, key=key, now=now
    )


def _tell(cover: Cover, fen: int, changes: Changes, *, key: str) -> None:
    changes.tell(cover, "contribution-refunded", key=key, amount_fen=fen)


def _usable(now: datetime) -> QuerySet[PayeeAccount]:
    mine = PayeeAccount.objects.filter(owner_label=OuterRef("owner_label"), owner_id=OuterRef("owner_id"))
    return mine.filter(replaced_at=None, usable_from__lte=now)


def pay_refunds(*, now: datetime) -> int:
    """Ask for the payment of refunds whose account is known; a failed one again when another account was named."""
    account = _usable(now)
    other = account.exclude(pk=OuterRef("order__payee_account"))
    failed = Q(order__in=payable_again()) & Exists(other)
    ready = Refund.objects.filter(Q(Exists(account), order=None) | failed)
    return work_off(ready, lambda ids: _ask(ids, ready, now))


@transaction.atomic
def _ask(ids: Sequence[int], ready: QuerySet[Refund], now: datetime) -> int:
    rows = Refund.objects.select_related("contribution", "receipt__checkout", "payment__checkout").filter(pk__in=ids)
    locked = rows.select_for_update(skip_locked=True, of=("self",)).order_by("pk")
    refunds = {refund.pk: refund for refund in locked}
    account = Subquery(_usable(now).values("pk")[:1])
    accounts: dict[int, int] = dict(ready.filter(pk__in=refunds).values_list("pk", account))
    asked = [refund for pk, refund in refunds.items() if pk in accounts]
    for refund in asked:
        refund.attempt += refund.order_id is not None
    orders = request_payments(*(_payment(refund, accounts[refund.pk]) for refund in asked), now=now)
    for refund, order in zip(asked, orders, strict=True):
        refund.order = order
    run_together(*updates(("attempt", "order"), *asked))
    return len(asked)


def _payment(refund: Refund, account_id: int) -> Payment:
    return {
        "key": f"refund:{_what_for(refund)}:{refund.attempt}",
        "purpose": Purpose.REFUND,
        "source": (LABEL, refund.pk),
        "payee_account_id": account_id,
        "amount_fen": refund.amount_fen,
        "owed_account": refund.owed_account,
    }


def _what_for(refund: Refund) -> str:
    """What goes back, by keys that outlive a restore."""
    if refund.payment is not None:
        return str(refund.payment.checkout.key)
    assert refund.contribution is not None  # noqa: S101 - a constraint of the table holds it
    if refund.receipt is None:
        return refund.contribution.key
    checkout = refund.receipt.checkout
    return f"{refund.contribution.key}:{checkout.key if checkout else refund.receipt.key}"
