"""A price in instalments and by several payers: what is asked of whom, what arrives, when the cover starts."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.errors import NotAllowed
from apps.enrolments import errors
from apps.enrolments.in_force import covers_on
from apps.enrolments.models import Contribution, Cover, Receipt
from apps.enrolments.rules.schedule import Payer
from apps.enrolments.selectors import renewed_years_for
from apps.enrolments.services import receive_contribution, settle_contributions, start_payment
from apps.fund.selectors import balance, ledger_is_balanced
from apps.payments.models import Checkout
from tests.enrolments.factories import ASTHMA, make_application, make_cover, publish_plan
from tests.members.factories import make_person

pytestmark = pytest.mark.django_db
ADVANCE = f"contributions-in-advance:{ASTHMA}"


def rows(cover, *names):
    return list(cover.contributions.order_by("due_date", "pk").values_list(*names))


def pay(contribution, now, **more):
    return receive_contribution(contribution_id=contribution.pk, paid_date=now.date(), now=now, **more)


def open_page(contribution, now):
    actor = contribution.cover.person.registered_by
    return start_payment(contribution_id=contribution.pk, actor=actor, return_url="/", now=now)


def bank_says_paid(*checkouts, at):
    Checkout.objects.filter(pk__in=[checkout.pk for checkout in checkouts]).update(state="paid", paid_at=at)


def test_a_year_by_quarters_is_asked_for_quarter_by_quarter(now):
    cover = make_cover(schedule="quarterly", is_paid=False)
    assert rows(cover, "amount_fen", "due_date", "grace_until", "period_start", "period_end") == [
        (45_00, date(2026, 12, 7), None, date(2026, 11, 23), date(2027, 2, 23)),
        (45_00, date(2027, 2, 23), date(2027, 3, 25), date(2027, 2, 23), date(2027, 5, 23)),
        (45_00, date(2027, 5, 23), date(2027, 6, 22), date(2027, 5, 23), date(2027, 8, 23)),
        (45_00, date(2027, 8, 23), date(2027, 9, 22), date(2027, 8, 23), date(2027, 11, 23)),
    ]
    assert cover.state == "unpaid"


def test_the_first_instalment_starts_the_cover_and_the_rest_stays_due(now):
    cover = make_cover(schedule="monthly")
    assert cover.state == "active"
    assert cover.contributions.due().count() == 11
    assert balance(ADVANCE) == 15_00


def test_paid_later_the_instalments_move_with_the_year(now, today):
    cover = make_cover(schedule="quarterly", is_paid=False)
    pay(cover.contributions.earliest("due_date"), now + timedelta(days=5))
    cover.refresh_from_db()
    assert cover.start == today + timedelta(days=5)
    assert rows(cover, "due_date", "period_start")[1:] == [
        (day, day) for day in (date(2027, 2, 28), date(2027, 5, 28), date(2027, 8, 28))
    ]


@pytest.mark.parametrize("way", [{"schedule": "quarterly", "plan_code": "her-care"}, {"payer": "union"}])
def test_what_the_terms_do_not_offer_is_refused(now, way):
    with pytest.raises(errors.NotOffered):
        make_application(**way, answers={"conditions": ["J45.9"]} if "payer" in way else {"basic_insurance": "city"})


def test_the_same_form_with_another_schedule_is_another_form(now):
    from uuid import UUID

    from apps.enrolments.services import apply_for_cover
    from apps.plans.services import publish_catalogue

    publish_catalogue(now=now)
    child, key = make_person(), UUID(int=1)
    common = {"actor": child.registered_by, "person_id": child.pk, "plan_code": ASTHMA, "key": key, "now": now}
    first = apply_for_cover(**common, answers={"conditions": ["J45.9"]}, schedule="monthly")
    assert apply_for_cover(**common, answers={"conditions": ["J45.9"]}, schedule="monthly") == first
    with pytest.raises(errors.FormSentAlready):
        apply_for_cover(**common, answers={"conditions": ["J45.9"]}, schedule="once")


class TestSeveralPayers:
    def test_the_union_pays_half_and_the_cover_waits_for_both(self, now):
        code = publish_plan("union-half", payers=[{"payer": "union", "amount": "half"}])
        cover = make_cover(plan_code=code, is_paid=False)
        assert rows(cover, "payer_label", "amount_fen") == [("union", 90_00), ("self", 90_00)]
        pay(cover.contributions.get(payer_label="self"), now)
        cover.refresh_from_db()
        assert cover.state == "unpaid"
        pay(cover.contributions.get(payer_label="union"), now)
        cover.refresh_from_db()
        assert cover.state == "active"

    def test_a_trusted_payer_starts_the_cover_at_once_and_owes_it(self, now):
        code = publish_plan("government-all", payers=[{"payer": "government", "trusted": True}])
        cover = make_cover(plan_code=code, is_paid=False)
        assert cover.state == "active"
        assert rows(cover, "payer_label", "state", "is_trusted") == [("government", "due", True)]
        assert [item.pk for item in covers_on(cover.person_id, now.date())] == [cover.pk]
        late = now + timedelta(days=400)
        Cover.objects.update(state="ended")
        pay(cover.contributions.get(), late)
        assert balance(f"contributions-in-advance:{code}") == 180_00

    def test_the_cover_waits_for_the_family_alone_where_the_other_is_trusted(self, now):
        code = publish_plan("government-half", payers=[{"payer": "government", "amount": "half", "trusted": True}])
        cover = make_cover(plan_code=code, schedule="monthly", is_paid=False)
        assert (cover.state, cover.contributions.count()) == ("unpaid", 13)
        pay(cover.contributions.of_family().earliest("due_date"), now)
        cover.refresh_from_db()
        assert cover.state == "active"

    def test_the_family_chooses_who_pays(self, now):
        chosen = [{"payer": "personal-account", "chosen": True}]
        code = publish_plan("chosen-payer", payers=chosen)
        assert [
            make_cover(plan_code=code, payer=who).contributions.get().payer_label
            for who in ("self", *[chosen[0]["payer"]])
        ] == [
            Payer.SELF,
            Payer.PERSONAL_ACCOUNT,
        ]

    def test_the_family_does_not_pay_what_others_owe(self, now):
        code = publish_plan("union-first", payers=[{"payer": "union", "amount": "half"}])
        cover = make_cover(plan_code=code, is_paid=False)
        with pytest.raises(errors.NothingDue):
            open_page(cover.contributions.get(payer_label="union"), now)


class TestMoneyThatArrives:
    def test_less_than_due_is_booked_and_the_rest_stays_due(self, now):
        cover = make_cover(is_paid=False)
        contribution = cover.contributions.get()
        first = pay(contribution, now, amount_fen=100_00, key="statement:1")
        contribution.refresh_from_db()
        assert (first.amount_fen, contribution.state, contribution.left_fen) == (100_00, "due", 80_00)
        assert open_page(contribution, now).amount_fen == 80_00
        pay(contribution, now, amount_fen=80_00, key="statement:2")
        cover.refresh_from_db()
        assert cover.state == "active"
        assert balance(ADVANCE) == 180_00
        assert ledger_is_balanced()

    def test_the_same_payment_reported_again_counts_once(self, now):
        contribution = make_cover(is_paid=False).contributions.get()
        receipts = {pay(contribution, now, amount_fen=100_00, key="statement:1").pk for _ in range(2)}
        assert len(receipts) == Receipt.objects.count() == 1
        assert balance(ADVANCE) == 100_00

    def test_more_than_due_waits_in_suspense(self, now):
        contribution = make_cover(is_paid=False).contributions.get()
        pay(contribution, now, amount_fen=200_00, key="statement:1")
        assert sorted(Receipt.objects.values_list("use", "amount_fen")) == [("contribution", 180_00), ("excess", 20_00)]
        assert (balance(ADVANCE), balance("suspense")) == (180_00, 20_00)

    def test_an_instalment_paid_in_two_tabs_is_kept_once(self, now):
        cover = make_cover(schedule="monthly", is_paid=False)
        first = cover.contributions.earliest("due_date")
        one = open_page(first, now)
        Checkout.objects.update(state="expired")
        other = open_page(first, now)
        bank_says_paid(one, other, at=now)
        assert settle_contributions(now=now) == 2
        assert (balance(ADVANCE), balance("suspense")) == (15_00, 15_00)
        assert cover.contributions.filter(state="paid").count() == 1

    def test_a_payment_page_opened_before_a_transfer_came_is_not_counted_twice(self, now):
        cover = make_cover(is_paid=False)
        contribution = cover.contributions.get()
        page = open_page(contribution, now)
        pay(contribution, now, amount_fen=100_00, key="statement:1")
        bank_says_paid(page, at=now)
        settle_contributions(now=now)
        assert (balance(ADVANCE), balance("suspense")) == (180_00, 100_00)

    def test_everything_due_by_today_is_paid_on_one_page(self, now):
        cover = make_cover(schedule="monthly")
        later = now + timedelta(days=45)
        second, third = cover.contributions.due().order_by("due_date")[:2]
        assert open_page(second, later).amount_fen == 15_00
        at = now + timedelta(days=62)
        page = open_page(second, at)
        assert page.amount_fen == 30_00
        bank_says_paid(page, at=at)
        settle_contributions(now=at)
        for row in (second, third):
            row.refresh_from_db()
            assert (row.state, row.paid_date) == ("paid", at.date())
        assert Receipt.objects.filter(checkout=page).count() == 2

    def test_nothing_arrives_for_what_does_not_exist(self, now):
        with pytest.raises(NotAllowed):
            receive_contribution(contribution_id=0, paid_date=now.date(), now=now)

    def test_one_payment_that_cannot_be_taken_in_does_not_hold_up_the_others(self, now):
        good, bad = (make_cover(is_paid=False).contributions.get() for _ in range(2))
        bank_says_paid(open_page(good, now), open_page(bad, now), at=now)
        Checkout.objects.filter(source_id=bad.pk).update(source_id=0)
        assert settle_contributions(now=now) == 1
        good.refresh_from_db()
        assert good.state == "paid"


def test_taking_in_many_payments_costs_as_many_statements_as_a_few(now):
    def taking_in(count):
        pages = [open_page(make_cover(is_paid=False).contributions.get(), now) for _ in range(count)]
        bank_says_paid(*pages, at=now)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert settle_contributions(now=now) == count
        return len(queries)

    few, many = taking_in(3), taking_in(30)
    assert many == few <= 16
    assert Contribution.objects.filter(state="paid").count() == Cover.objects.filter(state="active").count() == 33
    assert ledger_is_balanced()


@pytest.mark.parametrize(
    ("gap", "ending", "years"), [(0, "", 1), (30, "", 1), (31, "", 0), (0, "left", 0), (0, "lapsed", 0)]
)
def test_unbroken_years_are_kept_over_a_gap_of_the_days_of_grace(now, gap, ending, years):
    cover = make_cover()
    Cover.objects.update(ending=ending)
    assert renewed_years_for(cover.person_id, ASTHMA, cover.end + timedelta(days=gap)) == years
