"""What a close reads from real covers and real claims."""

from datetime import date, timedelta
from io import StringIO
from random import Random

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from apps.actuary import services, tasks
from apps.actuary.models import PeriodClose
from apps.actuary.rules.earning import earned_to_date
from apps.actuary.selectors import asked_by_plan, plan_names
from apps.claims.rules.filing import FiledLine
from apps.claims.rules.states import Outcome
from apps.claims.services import review_claim
from apps.core.periods import Period, add_years
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


def closing(period):
    """Gathered, and no further."""
    return services.continue_close(close_id=begun_close(period).pk, now=noon(period.end))


def earned(close):
    return list(close.shares.order_by("contribution").values_list("earned_fen", flat=True))


def test_the_statement_earns_as_the_rule_says_whatever_the_days_and_amounts():
    """Covers before, in and after the quarter; whole or by instalments, cut short, refunded; odd amounts."""
    chance, expected = Random(7), []
    for _ in range(60):
        start = QUARTER.start + timedelta(chance.randint(-400, 60))
        row = paid_cover(QUARTER.start, chance.choice([1, 3, 99_99, 10**9 + 7, chance.randint(1, 10**6)]))
        since, until, end = start, add_years(start, 1), add_years(start, 1)
        if chance.random() < 0.5:
            since = start + timedelta(chance.randint(0, 200))
            until = since + timedelta(chance.randint(1, 120))
            Contribution.objects.filter(pk=row.pk).update(period_start=since, period_end=until)
        if chance.random() < 0.3:
            end = start + timedelta(chance.randint(1, 300))
        Cover.objects.filter(pk=row.cover_id).update(start=start, end=end)
        is_refunded = chance.random() < 0.1
        if is_refunded:
            Contribution.objects.filter(pk=row.pk).update(state="refunded")
        days = Period(since, max(min(until, end), since + timedelta(1)))
        fen = 0 if is_refunded or since >= QUARTER.end else earned_to_date(row.amount_fen, days, QUARTER.end)
        expected += [fen] if fen else []
    close = closing(QUARTER)
    assert earned(close) == expected
    assert close.result.earned == sum(expected)


def test_gathering_asks_as_often_however_many_contributions_there_are(
    django_assert_num_queries, django_assert_max_num_queries
):
    paid_cover(QUARTER.start)
    close = begun_close()
    with transaction.atomic(), django_assert_max_num_queries(40) as few:
        services.continue_close(close_id=close.pk, now=noon(QUARTER.end))
        transaction.set_rollback(True)
    for _ in range(30):
        paid_cover(QUARTER.start)
    with django_assert_num_queries(len(few)):
        services.continue_close(close_id=close.pk, now=noon(QUARTER.end))
    assert close.shares.count() == 31


def test_a_close_can_be_finished_by_hand_and_says_when_somebody_else_is_at_it():
    out = StringIO()
    paid_cover(QUARTER.start)
    call_command("continue_closes", stdout=out)
    begun_close()
    with connection.copy().cursor() as other:
        other.execute("SELECT pg_advisory_lock(7305, hashtext('actuary.continue_closes'))")
        with pytest.raises(CommandError, match="A worker is at the close"):
            call_command("continue_closes", stdout=out)
        other.execute("SELECT pg_advisory_unlock_all()")
        other.connection.close()
    call_command("continue_closes", stdout=out)
    assert out.getvalue() == "No close is running.\nThe close is finished.\n"
    assert PeriodClose.objects.get().is_closed


def test_an_instalment_is_earned_over_the_days_it_pays_for():
    row = paid_cover(QUARTER.start, 92_00)
    Contribution.objects.filter(pk=row.pk).update(period_start=QUARTER.start, period_end=QUARTER.end)
    assert earned(closing(QUARTER)) == [92_00]


def test_what_was_earned_and_given_back_since_is_taken_off():
    row = paid_cover(QUARTER.end - timedelta(10), 365_00)
    assert closed_quarter().shares.get(contribution=row).earned_fen == 10_00
    Contribution.objects.filter(pk=row.pk).update(state="refunded")
    following = closing(Period(QUARTER.end, date(2027, 1, 1)))
    assert following.shares.get(contribution=row).earned_fen == -10_00


def test_of_a_cover_that_ended_early_what_is_kept_is_earned_by_then():
    row = paid_cover(QUARTER.start, 365_00)
    Contribution.objects.filter(pk=row.pk).update(amount_fen=30_00, received_fen=30_00)
    Cover.objects.filter(pk=row.cover_id).update(end=QUARTER.start + timedelta(30))
    assert earned(closing(QUARTER)) == [30_00]


def test_a_quarter_in_which_a_plan_gave_back_more_than_it_earned_can_be_closed():
    row = paid_cover(QUARTER.end - timedelta(10), 365_00, code="other")
    closed_quarter()
    Contribution.objects.filter(pk=row.pk).update(state="refunded")
    following = closed_quarter(quarter=Period(QUARTER.end, date(2027, 1, 1)))
    assert {plan.plan: plan.earned for plan in following.result.plans}["other"] == -10_00
    assert balance("contributions-in-advance:other") == 365_00
    assert ledger_is_balanced()
