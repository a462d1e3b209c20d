"""Ask for the payments of what was decided, and tell the family how each ended; "paid" itself is read, never stored."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from apps.accounts.models import User
from apps.claims.errors import AccountMissing, PaymentNotMendable
from apps.claims.models import Claim, Payout
from apps.claims.permissions import check_may_file
from apps.claims.rules.receipts import receipt_mark
from apps.claims.selectors import payouts_with_stops
from apps.claims.services.accounts import current_account
from apps.claims.services.deciding import LABEL
from apps.core.clock import business_day
from apps.core.jobs import ring
from apps.core.writing import run_together, updates
from apps.fund.rules.postings import Posting
from apps.fund.services import Draft, draft_of, post_entries
from apps.members.selectors import people_of
from apps.payments.models import PayeeAccount
from apps.payments.rules.states import State
from apps.payments.selectors import payable_again
from apps.payments.services.orders import Payment, request_payments
from apps.reminders.services import News, remind

logger = logging.getLogger(__name__)
ENDED = (State.SETTLED, State.FAILED, State.RETURNED)


def open_payments(*, now: datetime, limit: int = 100) -> int:
    """Ask for the payments not asked for yet, together; answers how many.  One that fails does not stop the rest."""
    due = Payout.objects.filter(order=None, payee_account__usable_from__lte=now).order_by("created_at", "pk")
    ids = list(due.values_list("pk", flat=True)[:limit])
    try:
        return _open(ids, now=now)
    except Exception:
        logger.exception("Payouts could not be asked for together; each is tried by itself")
        return sum(_open_alone(payout_id, now=now) for payout_id in ids)


def _open_alone(payout_id: int, *, now: datetime) -> int:
    try:
        return _open([payout_id], now=now)
    except Exception:
        logger.exception("Payout %s could not be asked for; the sweeper comes back to it", payout_id)
        return 0


@transaction.atomic
def _open(ids: Sequence[int], *, now: datetime) -> int:
    rows = Payout.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk__in=ids, order=None)
    payouts = list(rows.select_related("decision__claim__bill", "payee_account").order_by("pk"))
    for payout in payouts:
        payout.payee_account = _account_today(payout.payee_account)
    usable = [payout for payout in payouts if payout.payee_account.usable_from <= now]
    orders = request_payments(*map(_payment, usable), now=now)
    for payout, order in zip(usable, orders, strict=True):
        payout.order = order
    run_together(*updates(("order", "payee_account"), *payouts))
    return len(usable)


def _payment(payout: Payout) -> Payment:
    """Its key is made of what is paid, not of row ids: after a restore these belong to other claims."""
    claim, decision = payout.decision.claim, payout.decision
    receipt = receipt_mark(claim.bill.issuer_key, claim.bill.receipt_key)
    return {
        "key": f"claim:{receipt}:{claim.plan_code}:{decision.number}:{payout.instalment}",
        "purpose": "claim",
        "source": ("claims.claim", claim.pk),
        "payee_account_id": payout.payee_account_id,
        "amount_fen": payout.amount_fen,
        "owed_account": f"claims-payable:{claim.plan_code}",
        "caused_by": decision.made_by_id,
    }


def _account_today(account: PayeeAccount) -> PayeeAccount:
    """The account, or the one that has replaced it since (which is held a while)."""
    if account.replaced_at is None:
        return account
    return PayeeAccount.objects.get(owner_label=account.owner_label, owner_id=account.owner_id, replaced_at=None)


@transaction.atomic
def pay_again(*, claim_id: int, actor: User, now: datetime) -> Payout:
    """After a failed payment, owe it again to the account named last; asked twice, it is owed once.

    Raises PaymentNotMendable, AccountMissing, NotAllowed.
    """
    claim = Claim.objects.select_for_update(of=("self",)).select_related("bill").get(pk=claim_id)
    check_may_file(people_of(actor).filter(pk=claim.bill.person_id).first(), now=now)
    last = (
        Payout.objects.filter(decision__claim=claim)
        .select_related("order")
        .order_by("-decision__number", "-instalment")
        .first()
    )
    if last is not None and last.order is None and last.instalment > 1:
        return last
    if last is None or last.order is None or not payable_again().filter(pk=last.order.pk).exists():
        raise PaymentNotMendable
    account = current_account(actor)
    if account is None:
        raise AccountMissing
    payout = Payout.objects.create(
        decision_id=last.decision_id,
        instalment=last.instalment + 1,
        payee_account=account,
        amount_fen=last.amount_fen,
        created_at=now,
    )
    ring("claims.open_payments")
    return payout


@transaction.atomic
def tell_endings(*, now: datetime, limit: int = 200) -> int:
    """Tell families whose payments were settled, failed or came back, all in one go; answers how many were told.

    What two people declined to pay is owed no longer: it is taken back from the claims of the plan.
    """
    ended = Q(told_state="", order__state__in=ENDED) | Q(told_state=State.SETTLED, order__state=State.RETURNED)
    rows = payouts_with_stops().select_for_update(skip_locked=True, of=("self",)).filter(ended).order_by("pk")
    told = list(rows.select_related("decision__claim__bill", "order__payee_account")[:limit])
    if told:
        stopped = [payout for payout in told if payout.is_stopped]
        post_entries(*(_taken_back(payout, business_day(now)) for payout in stopped), now=now)
        remind(*map(_news, told), now=now)
        run_together(*updates(("told_state",), *told))
    return len(told)


def _taken_back(payout: Payout, day: date) -> Draft:
    claim, decision = payout.decision.claim, payout.decision
    return draft_of(
        Posting.CLAIM_REVERSED,
        plan=claim.plan_code,
        amount_fen=payout.amount_fen,
        key=f"claim:{claim.pk}:{decision.number}:{payout.instalment}:stopped",
        effective_date=day,
        moves_on=True,
        source=(LABEL, claim.pk),
    )


def _news(payout: Payout) -> News:
    """How a payment ended; the payout remembers that it was told."""
    bill, order = payout.decision.claim.bill, payout.order
    assert order is not None  # noqa: S101 - its state was asked for
    payout.told_state = order.state
    parameters = {
        "number": bill.number,
        "amount_fen": payout.amount_fen,
        "tail": order.payee_account.number_tail,
        "paid_date": order.settled_date,
    }
    unpaid = "claim-stopped" if payout.is_stopped else "claim-unpaid"
    kind = "claim-paid" if order.state == State.SETTLED else unpaid
    return News([bill.filed_by_id], kind, parameters, key=f"claim-ended:{payout.pk}:{order.state}")
