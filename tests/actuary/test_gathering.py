"""What a close reads from real covers and real claims."""

from datetime import date, timedelta

import pytest

from apps.actuary import services, tasks
from apps.actuary.models import PeriodClose
from apps.actuary.selectors import asked_by_plan, earnings, plan_names
from apps.claims.rules.filing import FiledLine
from apps.claims.rules.states import Outcome
from apps.claims.services import review_claim
from apps.core.periods import Period
from apps.enrolments.models import Contribution, Cover
from apps.fund.selectors import balance, ledger_is_balanced
from tests.actuary.factories import QUARTER, begun_close, closed_quarter, noon, paid_cover
from tests.claims.factories import SECOND, make_bill, make_covered, make_held_bill, make_officer, take
from tests.conftest import NOW
from tests.enrolments.factories import ASTHMA

pytestmark = pytest.mark.django_db
AUGUST = noon(date(2026, 8, 20))
START = noon(date(2026, 7, 2))


def covered(*plans):
    return make_covered(*plans, start=START)


def filed(make, cover, now=AUGUST, **changes):
    return make(cover, now=now, service_date=now.date() - timedelta(1), **changes)


def test_a_claim_filed_and_not_decided_is_asked_with_its_own_expense():
    filed(make_held_bill, covered(), earlier={"basic": 20_00})
    assert asked_by_plan(QUARTER.end) == {ASTHMA: 100_00}


def test_a_claim_filed_later_or_decided_before_is_not_asked():
    cover = covered()
    filed(make_bill, cover)
    filed(make_held_bill, cover, now=NOW)
    assert asked_by_plan(QUARTER.end) == {}


def test_a_claim_decided_after_the_quarter_was_still_asked_at_its_end():
    bill, officer, later = filed(make_held_bill, covered()), make_officer(), noon(QUARTER.end)
    claim_id = take(bill, officer, later)
    review_claim(claim_id=claim_id, actor=officer, outcome=Outcome.DECLINE, reason="Not asthma", now=later)
    assert asked_by_plan(QUARTER.end) == {ASTHMA: 120_00}


def test_a_bill_on_two_covers_is_asked_once():
    filed(make_held_bill, covered(ASTHMA, SECOND), lines=(FiledLine("drug", "Budesonide", 300_00, "R03BA02"),))
    assert asked_by_plan(QUARTER.end) == {ASTHMA: 300_00}


def test_the_close_counts_what_claims_decided_on_the_books():
    bill = filed(make_bill, covered())
    filed(make_held_bill, covered())
    begun_close()
    services.continue_closes(now=noon(QUARTER.end))
    plan = PeriodClose.objects.get().result.plans[0]
    assert (plan.plan, plan.decided, plan.asked, plan.case_reserve) == (ASTHMA, bill.claims.get().paid_fen, 12000, 7200)
    assert plan.decided > 0
    assert ledger_is_balanced()


def test_covers_not_paid_earn_nothing():
    unpaid = paid_cover(QUARTER.start, 365_00)
    unpaid.state, unpaid.paid_date, unpaid.received_fen = "due", None, 0
    unpaid.save()
    begun_close()
    services.continue_closes(now=noon(QUARTER.end))
    assert PeriodClose.objects.get().result.earned == 0
    assert balance("contributions-in-advance:asthma") == 365_00


def test_the_sweeper_takes_up_what_runs():
    paid_cover(QUARTER.start)
    begun_close()
    assert tasks.continue_closes() == 1
    assert tasks.continue_closes() == 0


def test_plans_have_names_and_unknown_ones_their_code():
    covered()
    names = plan_names([ASTHMA, "ghost"], "en")
    assert names["ghost"] == "ghost"
    assert names[ASTHMA] != ASTHMA
    assert plan_names([ASTHMA], "zh")[ASTHMA] != names[ASTHMA]


def test_parts_of_a_year_are_earned_as_the_days_go():
    paid_cover(date(2026, 7, 1), 365_00)
    paid_cover(date(2026, 9, 30), 365_00)
    begun_close()
    services.continue_closes(now=noon(QUARTER.end))
    assert PeriodClose.objects.get().result.earned == (92 + 1) * 100
    assert Period(date(2026, 7, 1), date(2026, 10, 1)).days == 92


def test_an_instalment_is_earned_over_the_days_it_pays_for():
    row = paid_cover(QUARTER.start, 92_00)
    Contribution.objects.filter(pk=row.pk).update(period_start=QUARTER.start, period_end=QUARTER.end)
    assert [earning.fen for earning in earnings(QUARTER)] == [92_00]


def test_what_was_earned_and_given_back_since_is_taken_off():
    row = paid_cover(QUARTER.end - timedelta(10), 365_00)
    assert closed_quarter().shares.get(contribution=row).earned_fen == 10_00
    Contribution.objects.filter(pk=row.pk).update(state="refunded")
    following = {earning.contribution_id: earning.fen for earning in earnings(Period(QUARTER.end, date(2027, 1, 1)))}
    assert following[row.pk] == -10_00


def test_of_a_cover_that_ended_early_what_is_kept_is_earned_by_then():
    row = paid_cover(QUARTER.start, 365_00)
    Contribution.objects.filter(pk=row.pk).update(amount_fen=30_00, received_fen=30_00)
    Cover.objects.filter(pk=row.cover_id).update(end=QUARTER.start + timedelta(30))
    assert [earning.fen for earning in earnings(QUARTER)] == [30_00]


def test_a_quarter_in_which_a_plan_gave_back_more_than_it_earned_can_be_closed():
    row = paid_cover(QUARTER.end - timedelta(10), 365_00, code="other")
    closed_quarter()
    Contribution.objects.filter(pk=row.pk).update(state="refunded")
    following = closed_quarter(quarter=Period(QUARTER.end, date(2027, 1, 1)))
    assert {plan.plan: plan.earned for plan in following.result.plans}["other"] == -10_00
    assert balance("contributions-in-advance:other") == 365_00
    assert ledger_is_balanced()
