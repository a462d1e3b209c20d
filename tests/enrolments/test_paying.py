"""Paying: the cover starts when the money is there, once, whatever is pressed or reported twice."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from apps.audit.models import Event
from apps.core.errors import NotAllowed
from apps.enrolments import errors
from apps.enrolments.models import Cover, Receipt, Refund
from apps.enrolments.services import (
    end_covers,
    expire_unpaid,
    forget_drafts,
    keep_draft,
    pay_refunds,
    receive_contribution,
    remind_unpaid,
    settle_contributions,
    start_payment,
)
from apps.fund.selectors import balance, ledger_is_balanced
from apps.payments.models import Checkout, Order
from apps.reminders.models import Message
from tests.enrolments.factories import ASTHMA, make_account, make_cover
from tests.members.factories import make_parent, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def cover():
    return make_cover(is_paid=False)


@pytest.fixture
def contribution(cover):
    return cover.contributions.get()


@pytest.fixture
def pay(contribution, now):
    def open_page(*, actor=None, now=now):
        actor = actor or contribution.cover.person.registered_by
        return start_payment(contribution_id=contribution.pk, actor=actor, return_url="/cover/", now=now)

    return open_page


def bank_says(checkout, state="paid", at=None):
    """What payments records once the bank has answered."""
    Checkout.objects.filter(pk=checkout.pk).update(state=state, paid_at=at if state == "paid" else None)


def messages(kind):
    return Message.objects.filter(kind=kind, channel="in-app").count()


def test_pressing_twice_opens_one_payment_page(pay, contribution):
    first = pay()
    assert pay() == first
    assert (first.amount_fen, first.source_id) == (contribution.amount_fen, contribution.pk)
    assert Checkout.objects.count() == 1


@pytest.mark.parametrize("state", ["failed", "expired"])
def test_after_a_failure_a_new_page_is_opened(pay, state):
    first = pay()
    bank_says(first, state)
    assert pay() != first
    assert pay() == pay()
    assert Checkout.objects.count() == 2


def test_what_the_bank_confirmed_starts_the_cover_and_is_booked_once(pay, cover, contribution, now, today):
    bank_says(pay(), at=now)
    assert settle_contributions(now=now) == 1
    assert settle_contributions(now=now) == 0
    cover.refresh_from_db()
    contribution.refresh_from_db()
    assert (cover.state, cover.start) == ("active", today)
    assert (contribution.state, contribution.paid_date) == ("paid", today)
    assert balance(f"contributions-in-advance:{ASTHMA}") == contribution.amount_fen
    assert balance("bank-clearing") == contribution.amount_fen
    assert ledger_is_balanced()
    receipt = Receipt.objects.get()
    assert (receipt.use, receipt.number) == ("contribution", f"R2026-{receipt.pk:06d}")
    assert messages("cover-started") == 1


def test_nothing_starts_before_the_bank_confirms(pay, cover, now):
    pay()
    assert settle_contributions(now=now) == 0
    cover.refresh_from_db()
    assert cover.state == "unpaid"


def test_paid_later_the_year_starts_on_the_day_of_payment(cover, contribution, now, today):
    paid = today + timedelta(days=5)
    receive_contribution(contribution_id=contribution.pk, paid_date=paid, now=now + timedelta(days=5))
    cover.refresh_from_db()
    assert (cover.start, cover.end) == (paid, date(2027, 11, 28))


def test_a_later_first_day_is_kept(now, today):
    start = today + timedelta(days=40)
    cover = make_cover(start=start)
    assert (cover.state, cover.start, cover.end) == ("active", start, date(2028, 1, 2))


def test_the_same_payment_reported_again_counts_once(contribution, now, today):
    receipts = [receive_contribution(contribution_id=contribution.pk, paid_date=today, now=now).pk for _ in range(2)]
    assert receipts[0] == receipts[1]
    assert balance("bank-clearing") == contribution.amount_fen


def test_money_paid_twice_waits_in_suspense(pay, contribution, now):
    first = pay()
    bank_says(first, "expired")
    second = pay()
    bank_says(first, at=now)
    bank_says(second, at=now)
    assert settle_contributions(now=now) == 2
    assert sorted(Receipt.objects.values_list("use", flat=True)) == ["contribution", "excess"]
    assert balance("suspense") == contribution.amount_fen
    assert balance(f"contributions-in-advance:{ASTHMA}") == contribution.amount_fen
    assert Event.objects.filter(action="contribution.excess").count() == 1
    assert ledger_is_balanced()


def test_money_paid_twice_goes_back_once(pay, contribution, now):
    cover = contribution.cover
    first = pay()
    bank_says(first, "expired")
    second = pay()
    bank_says(first, at=now)
    bank_says(second, at=now)
    settle_contributions(now=now)
    refund = Refund.objects.get()
    assert (refund.receipt.use, refund.amount_fen) == ("excess", contribution.amount_fen)
    make_account(cover, now=now)
    assert [pay_refunds(now=now) for _ in range(2)] == [1, 0]
    order = Order.objects.get()
    assert (order.owed_account, order.amount_fen) == ("suspense", contribution.amount_fen)
    assert (balance("suspense"), balance("in-transit")) == (0, contribution.amount_fen)
    with pytest.raises(IntegrityError), transaction.atomic():
        Refund.objects.create(
            **{
                field.attname: getattr(refund, field.attname)
                for field in Refund._meta.fields
                if field.name not in ("id", "order")
            }
        )
    assert ledger_is_balanced()


def test_paying_what_is_paid_is_refused(pay, contribution, now, today):
    receive_contribution(contribution_id=contribution.pk, paid_date=today, now=now)
    with pytest.raises(errors.NothingDue):
        pay()


def test_strangers_pay_nothing(pay, now):
    with pytest.raises(NotAllowed):
        pay(actor=make_parent())
    with pytest.raises(NotAllowed):
        start_payment(contribution_id=0, actor=make_parent(), return_url="/", now=now)


def test_paying_late_needs_terms_that_still_fit(now):
    almost = make_person(birth_date=date(2008, 11, 27))
    cover = make_cover(almost, is_paid=False)
    parent, contribution = almost.registered_by, cover.contributions.get()
    two_days, five_days = now + timedelta(days=2), now + timedelta(days=5)
    start_payment(contribution_id=contribution.pk, actor=parent, return_url="/", now=two_days)
    # On the new first day the plan takes nobody of 18; by then only the grown-up could act, so the rule is asked alone.
    from apps.enrolments.services.paying import _check_still_fits

    with pytest.raises(errors.NoLongerFits):
        _check_still_fits(cover, five_days.date())


def test_unpaid_covers_lapse_after_their_day_and_the_days_are_free_again(cover, contribution, now):
    last_day = now + timedelta(days=14)
    assert expire_unpaid(now=last_day) == 0
    assert expire_unpaid(now=last_day + timedelta(days=1)) == 1
    assert expire_unpaid(now=last_day + timedelta(days=1)) == 0
    cover.refresh_from_db()
    assert cover.state == "cancelled"
    assert messages("cover-cancelled") == 1
    assert make_cover(cover.person, now=last_day + timedelta(days=1)).state == "active"


@pytest.mark.parametrize("state", ["open", "paid"])
def test_a_payment_under_way_keeps_the_cover_from_lapsing(pay, cover, now, state):
    bank_says(pay(), state, at=now)
    assert expire_unpaid(now=now + timedelta(days=20)) == 0


@pytest.mark.parametrize(("days", "cancelled"), [(14, 0), (15, 1)])
def test_a_payment_page_opened_after_the_last_day_to_pay_keeps_it_no_longer(pay, cover, now, days, cancelled):
    pay(now=now + timedelta(days=days))
    assert expire_unpaid(now=now + timedelta(days=15)) == cancelled


def test_money_that_comes_after_the_lapse_still_starts_the_cover(pay, cover, now):
    late = now + timedelta(days=20)
    checkout = pay()
    bank_says(checkout, "expired")
    expire_unpaid(now=late)
    bank_says(checkout, at=late)
    settle_contributions(now=late)
    cover.refresh_from_db()
    assert (cover.state, cover.start) == ("active", late.date())


def test_money_that_comes_after_another_cover_took_the_days_waits_in_suspense(pay, cover, contribution, now):
    late = now + timedelta(days=20)
    checkout = pay()
    bank_says(checkout, "expired")
    expire_unpaid(now=late)
    make_cover(cover.person, now=late)
    bank_says(checkout, at=late)
    settle_contributions(now=late)
    cover.refresh_from_db()
    assert cover.state == "cancelled"
    assert balance("suspense") == contribution.amount_fen
    assert Cover.objects.filter(state="active").count() == 1


def test_three_days_before_it_lapses_the_family_is_reminded_once(contribution, now):
    assert remind_unpaid(now=now + timedelta(days=10)) == 0
    for _ in range(2):
        remind_unpaid(now=now + timedelta(days=11))
    assert messages("contribution-due") == 1


def test_covers_end_on_the_day_after_their_last(now):
    cover = make_cover()
    assert end_covers(now=now + timedelta(days=364)) == 0
    assert end_covers(now=now + timedelta(days=365)) == 1
    cover.refresh_from_db()
    assert cover.state == "ended"


def test_answers_never_sent_are_forgotten_after_a_month(now):
    child = make_person()
    keep_draft(actor=child.registered_by, person=child, plan_code=ASTHMA, typed="{}", now=now)
    assert forget_drafts(now=now + timedelta(days=30)) == 0
    assert forget_drafts(now=now + timedelta(days=31)) == 1


def test_a_change_of_a_cover_keeps_what_was_there_before(cover, contribution, now, today):
    receive_contribution(contribution_id=contribution.pk, paid_date=today, now=now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT state FROM enrolments_coverevent WHERE pgh_obj_id = %s", [cover.pk])
        assert cursor.fetchall() == [("unpaid",)]
        cursor.execute("SELECT state FROM enrolments_contributionevent WHERE pgh_obj_id = %s", [contribution.pk])
        assert cursor.fetchall() == [("due",)]
