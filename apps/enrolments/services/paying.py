"""Pay a contribution: open the payment page for what is due, or wait for a transfer."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from apps.accounts.models import Role, User
from apps.audit.services import record_event
from apps.core.clock import business_day
from apps.core.errors import NotAllowed
from apps.enrolments.errors import NoLongerFits, NothingDue
from apps.enrolments.models import Contribution, Cover
from apps.enrolments.rules.period import policy_year
from apps.enrolments.selectors import (
    can_be_paid,
    insured_of,
    paid_with,
    place_of,
    points_use_of,
    promised_by_others,
    renewed_years_for,
    terms_of_cover,
)
from apps.enrolments.services.locking import lock_covers
from apps.enrolments.services.places import check_still_holds
from apps.enrolments.services.receiving import LABEL
from apps.members.permissions import check_may_act
from apps.payments.models import Checkout, CheckoutState
from apps.payments.selectors import checkout_of
from apps.payments.services import open_checkout
from apps.plans.errors import NoSuchPlan
from apps.plans.rules import assess_enrolment, price_fen
from apps.plans.selectors import plan_version


@transaction.atomic
def start_payment(*, contribution_id: int, actor: User, return_url: str, now: datetime) -> Checkout:
    """The payment page for a contribution and what else is due by today: the one that is open, or a new one.

    Raises NotAllowed, NothingDue, NoLongerFits, PlaceTooLate, PlaceChanged.
    """
    rows = lock_covers(Cover.objects.filter(contributions=contribution_id))
    contribution = rows.contributions.get(contribution_id)
    if contribution is None:
        raise NotAllowed
    cover, today = contribution.cover, business_day(now)
    check_may_act(user=actor, person=cover.person, now=now)
    if not can_be_paid(contribution, rows.open_lapses.get(cover.pk), today):
        raise NothingDue
    if cover.state == Cover.State.UNPAID:
        _check_still_fits(cover, today)
    amount_fen = sum(row.left_fen for row in paid_with(contribution, rows.of(cover), today))
    return _page(contribution, amount_fen, return_url, now)


@transaction.atomic
def expect_transfer(*, contribution_id: int, actor: User, now: datetime) -> Checkout:
    """Money asked for that a line of the statement can be matched with, for a payer that uses no payment page.

    Two people match them (``payments``); then it is taken in like any other.  Raises NotAllowed, NothingDue.
    """
    if not actor.has_role(Role.TREASURER):
        raise NotAllowed
    rows = lock_covers(Cover.objects.filter(contributions=contribution_id))
    contribution = rows.contributions.get(contribution_id)
    if contribution is None or not promised_by_others().filter(pk=contribution_id).exists():
        raise NothingDue
    last = checkout_of(LABEL, contribution_id)
    if last is not None and last.bank_date is None and last.amount_fen == contribution.left_fen:
        return last
    action, target = "contribution.transfer-expected", (LABEL, contribution_id)
    record_event(actor_id=actor.pk, action=action, target=target, now=now)
    return _page(contribution, contribution.left_fen, "/", now)


def _page(contribution: Contribution, amount_fen: int, return_url: str, now: datetime) -> Checkout:
    last = checkout_of(LABEL, contribution.pk)
    if last is not None:
        if last.state == CheckoutState.OPEN and last.amount_fen == amount_fen:
            return last
        contribution.attempt += 1
        contribution.save(update_fields=["attempt"])
    return open_checkout(
        key=f"contribution:{contribution.key}:{contribution.attempt}",
        source=(LABEL, contribution.pk),
        amount_fen=amount_fen,
        return_url=return_url,
        now=now,
    )


def _check_still_fits(cover: Cover, today: date) -> None:
    """Paying later moves the first day; the terms must say the same for it, and the agreement where a group gave it."""
    if cover.start >= today:
        return
    place = place_of(cover)
    if place is not None:
        check_still_holds(place, today)
        return
    try:
        version = plan_version(cover.plan_code, today)
    except NoSuchPlan:
        raise NoLongerFits from None
    terms, insured = terms_of_cover(cover), insured_of(cover)
    policy = policy_year(today, renewed_years_for(cover.person_id, cover.plan_code, today))
    use = points_use_of(cover)
    same_price = price_fen(terms, insured, policy) == cover.price_fen + (use.fen if use else 0)
    if version.pk != cover.plan_version_id or not same_price or not assess_enrolment(terms, insured, policy).accepted:
        raise NoLongerFits
