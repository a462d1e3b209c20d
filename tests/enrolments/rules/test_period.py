"""Which days a cover may have."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.periods import Period
from apps.enrolments.errors import StartPassed, StartTooFar
from apps.enrolments.rules.period import check_start, due_date, first_day, may_follow, policy_year, year_end

TODAY = date(2026, 11, 23)
days = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@pytest.mark.parametrize("ahead", [0, 1, 90])
def test_first_days_that_can_be(ahead):
    check_start(TODAY + timedelta(days=ahead), TODAY)


@pytest.mark.parametrize(("ahead", "refusal"), [(-1, StartPassed), (-400, StartPassed), (91, StartTooFar)])
def test_first_days_that_cannot_be(ahead, refusal):
    with pytest.raises(refusal) as caught:
        check_start(TODAY + timedelta(days=ahead), TODAY)
    assert caught.value.field == "start"


@given(chosen=days, paid=days)
def test_cover_never_starts_before_it_is_paid_nor_before_the_day_chosen(chosen, paid):
    start = first_day(chosen, paid)
    assert start in (chosen, paid)
    assert start >= chosen
    assert start >= paid


@given(start=days, years=st.integers(0, 9))
def test_a_policy_year_has_both_days_inside(start, years):
    policy = policy_year(start, years)
    assert policy.covers(start)
    assert not policy.covers(year_end(start))
    assert policy.covers(year_end(start) - timedelta(days=1))
    assert Period(start, year_end(start)).days in (365, 366)
    assert policy.renewed_years == years


@pytest.mark.parametrize(("end", "may"), [(None, True), (date(2027, 2, 21), True), (date(2027, 2, 22), False)])
def test_the_next_year_is_applied_for_near_the_end(end, may):
    assert may_follow(end, TODAY) is may


def test_two_weeks_to_pay():
    assert due_date(TODAY) == date(2026, 12, 7)
