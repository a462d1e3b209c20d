"""Pay a contribution: open the payment page, and take in what the bank says was paid."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.core.clock import business_day
from apps.core.errors import NotAllowed
from apps.enrolments.errors import NoLongerFits, NothingDue
from apps.enrolments.models import Contribution, Cover, Receipt
from apps.enrolments.rules.period import first_day, policy_year, year_end
from apps.enrolments.selectors import insured_of, overlapping, renewed_years_for, terms_of_cover
from apps.enrolments.services.covers import LABEL, activate_cover
from apps.fund.rules.postings import Posting
from apps.fund.services import book
from apps.members.models import Person
from apps.members.permissions import check_may_act
from apps.payments.models import Checkout, CheckoutState
from apps.payments.selectors import checkout_of
from apps.payments.services import open_checkout
from apps.plans.errors import NoSuchPlan
from apps.plans.rules import assess_enrolment, price_fen
from apps.plans.selectors import plan_version


@transaction.atomic
def start_payment(*, contribution_id: int, actor: User, return_url: str, now: datetime) -> Checkout:
    """The payment page for a contribution: the one that is open, or a new one after a failed or expired one.

    Raises NotAllowed, NothingDue, NoLongerFits.
    """
    contribution = _locked(contribution_id)
    check_may_act(user=actor, person=contribution.cover.person, now=now)
    is_due = contribution.state == Contribution.State.DUE and contribution.cover.state == Cover.State.UNPAID
    if not is_due or contribution.payer_label != "self":  # a group pays its part by invoice
        raise NothingDue
    _check_still_fits(contribution.cover, business_day(now))
    last = checkout_of(LABEL, contribution.pk)
    if last is not None and last.state in (CheckoutState.FAILED, CheckoutState.EXPIRED):
        contribution.attempt += 1
        contribution.save(update_fields=["attempt"])
    return open_checkout(
        key=f"contribution:{contribution.pk}:{contribution.attempt}",
        source=(LABEL, contribution.pk),
        amount_fen=contribution.amount_fen,
        return_url=return_url,
        now=now,
    )


def _locked(contribution_id: int) -> Contribution:
    """The contribution, its cover and its person, locked from the person down, as everywhere in this app."""
    person = Person.objects.select_for_update(of=("self",)).filter(covers__contributions=contribution_id).first()
    if person is None:
        raise NotAllowed
    rows = Contribution.objects.select_for_update(of=("self", "cover")).defer("cover__plan_version__terms")
    return rows.select_related("cover__person", "cover__application", "cover__plan_version").get(pk=contribution_id)


def _check_still_fits(cover: Cover, today: date) -> None:
    """Paying later moves the first day; the terms must say the same for it."""
    if cover.start >= today:
        return
    try:
        version = plan_version(cover.plan_code, today)
    except NoSuchPlan:
        raise NoLongerFits from None
    terms, insured = terms_of_cover(cover), insured_of(cover)
    policy = policy_year(today, renewed_years_for(cover.person_id, cover.plan_code, today))
    same_price = price_fen(terms, insured, policy) == cover.price_fen
    if version.pk != cover.plan_version_id or not same_price or not assess_enrolment(terms, insured, policy).accepted:
        raise NoLongerFits


def settle_contributions(*, now: datetime, limit: int = 200) -> int:
    """Take in every paid checkout of a contribution that is not taken in yet; how many."""
    taken = Receipt.objects.filter(checkout__isnull=False).values("checkout_id")
    paid = Checkout.objects.filter(source_label=LABEL, state=CheckoutState.PAID).exclude(pk__in=taken)
    checkouts = list(paid.order_by("paid_at", "pk")[:limit])
    for checkout in checkouts:
        receive_contribution(
            contribution_id=checkout.source_id,
            paid_date=business_day(checkout.paid_at or now),
            checkout=checkout,
            now=now,
        )
    return len(checkouts)


@transaction.atomic
def receive_contribution(
    *, contribution_id: int, paid_date: date, now: datetime, checkout: Checkout | None = None
) -> Receipt:
    """Book money that arrived and start the cover when all of it is paid; the same money is taken in once.

    Money nothing is due for any more (paid twice, or after another cover took its place) waits in suspense.
    """
    contribution = _locked(contribution_id)
    known = _receipt_of(contribution, checkout)
    if known is not None:
        return known
    is_wanted = contribution.state == Contribution.State.DUE and _has_room(contribution.cover, paid_date)
    receipt = Receipt.objects.create(
        contribution=contribution,
        checkout=checkout,
        amount_fen=contribution.amount_fen,
        received_date=paid_date,
        use=Receipt.Use.CONTRIBUTION if is_wanted else Receipt.Use.EXCESS,
        booked_at=now,
    )
    if is_wanted:
        _take(receipt, contribution, now)
    else:
        _set_aside(receipt, now)
    return receipt


def _receipt_of(contribution: Contribution, checkout: Checkout | None) -> Receipt | None:
    if checkout is None:
        return contribution.receipts.filter(use=Receipt.Use.CONTRIBUTION).first()
    return Receipt.objects.filter(checkout=checkout).first()


def _has_room(cover: Cover, paid_date: date) -> bool:
    """Whether the cover can still start: a lapsed one can, unless another has taken its days."""
    start = first_day(cover.start, paid_date)
    if cover.state == Cover.State.UNPAID and start == cover.start:
        return True
    return not overlapping(cover.person_id, cover.plan_code, start, year_end(start)).exclude(pk=cover.pk).exists()


def _take(receipt: Receipt, contribution: Contribution, now: datetime) -> None:
    cover = contribution.cover
    contribution.state, contribution.paid_date = Contribution.State.PAID, receipt.received_date
    contribution.save(update_fields=["state", "paid_date"])
    book(
        Posting.CONTRIBUTION_RECEIVED,
        plan=cover.plan_code,
        amount_fen=receipt.amount_fen,
        key=f"contribution:{contribution.pk}:received",
        effective_date=receipt.received_date,
        moves_on=True,
        source=(LABEL, contribution.pk),
        now=now,
    )
    own = cover.contributions.filter(state=Contribution.State.DUE, payer_label="self")
    if cover.state != Cover.State.ACTIVE and not own.exists():  # a group pays its part later
        activate_cover(cover=cover, paid_date=receipt.received_date, now=now)


def _set_aside(receipt: Receipt, now: datetime) -> None:
    book(
        Posting.CONTRIBUTION_IN_EXCESS,
        amount_fen=receipt.amount_fen,
        key=f"receipt:{receipt.pk}:excess",
        effective_date=receipt.received_date,
        moves_on=True,
        source=("enrolments.receipt", receipt.pk),
        now=now,
    )
    record_event(actor_id=None, action="contribution.excess", target=("enrolments.receipt", receipt.pk), now=now)
