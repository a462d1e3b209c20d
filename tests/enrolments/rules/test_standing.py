"""What days make of a cover: the table of steps, and that nothing else ever happens."""

import os
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.enrolments.rules.standing import (
    STEPS,
    Facts,
    Standing,
    covered_again,
    lapse_day,
    reinstate_until,
    standing_on,
)

EXAMPLES = settings(max_examples=int(os.environ.get("PROPERTY_EXAMPLES", "200")), deadline=None)
TODAY = date(2026, 11, 23)
YESTERDAY, TOMORROW, LATER = TODAY - timedelta(days=1), TODAY + timedelta(days=1), TODAY + timedelta(days=99)
UNPAID, ACTIVE, LAPSED, ENDED, CANCELLED = Standing


@pytest.mark.parametrize(
    ("before", "end", "pay_by", "grace_until", "until", "after"),
    [
        (UNPAID, LATER, TODAY, None, None, UNPAID),
        (UNPAID, LATER, YESTERDAY, None, None, CANCELLED),
        (UNPAID, LATER, None, None, None, UNPAID),  # only what others owe is due: nothing to wait for
        (ACTIVE, LATER, None, None, None, ACTIVE),
        (ACTIVE, LATER, None, TODAY, None, ACTIVE),
        (ACTIVE, LATER, None, YESTERDAY, None, LAPSED),
        (ACTIVE, TODAY, None, YESTERDAY, None, ENDED),  # the grace ends with the year: nothing is left to lapse
        (ACTIVE, TODAY, None, YESTERDAY - timedelta(days=1), None, LAPSED),
        (ACTIVE, TOMORROW, None, None, None, ACTIVE),
        (ACTIVE, TODAY, None, None, None, ENDED),
        (LAPSED, LATER, None, YESTERDAY, TODAY, LAPSED),
        (LAPSED, LATER, None, YESTERDAY, YESTERDAY, ENDED),
        (LAPSED, LATER, None, YESTERDAY, None, ENDED),
        (ENDED, YESTERDAY, YESTERDAY, YESTERDAY, YESTERDAY, ENDED),
        (CANCELLED, YESTERDAY, YESTERDAY, YESTERDAY, YESTERDAY, CANCELLED),
    ],
)
def test_what_a_day_makes_of_a_cover(before, end, pay_by, grace_until, until, after):
    assert standing_on(Facts(before, end, pay_by, grace_until, until), TODAY) is after


some_day = st.dates(date(2026, 1, 1), date(2027, 12, 31))
maybe_day = st.none() | some_day
facts = st.builds(
    Facts,
    standing=st.sampled_from(Standing),
    end=some_day,
    pay_by=maybe_day,
    grace_until=maybe_day,
    reinstate_until=maybe_day,
)


@EXAMPLES
@given(facts=facts, today=some_day)
def test_a_day_takes_a_legal_step_or_none(facts, today):
    after = standing_on(facts, today)
    assert after is facts.standing or after in STEPS[facts.standing]


@EXAMPLES
@given(facts=facts, today=some_day, wait=st.integers(0, 400))
def test_what_has_passed_does_not_pass_back_with_more_days(facts, today, wait):
    if standing_on(facts, today) is not facts.standing:
        assert standing_on(facts, today + timedelta(days=wait)) is not facts.standing


def test_over_and_lapsed_covers_come_back_only_where_money_can_bring_them():
    assert STEPS[ENDED] == frozenset()
    assert STEPS[CANCELLED] == STEPS[LAPSED] - {ENDED} == {ACTIVE}


@EXAMPLES
@given(
    grace_until=some_day,
    left=st.integers(1, 360),
    reinstate=st.integers(0, 400),
    waiting=st.integers(0, 60),
    paid_after=st.integers(-30, 400),
)
def test_whoever_pays_in_time_is_covered_again_before_the_end(grace_until, left, reinstate, waiting, paid_after):
    lapsed = lapse_day(grace_until)
    end = lapsed + timedelta(days=left)
    until = reinstate_until(lapsed, end, reinstate_days=reinstate, waiting_days=waiting)
    paid = grace_until + timedelta(days=paid_after)
    if paid <= until or paid <= grace_until:
        again = covered_again(paid, lapsed, waiting_days=waiting)
        assert lapsed <= again < end
        assert (again == lapsed) is (paid <= grace_until or (paid == lapsed and waiting == 0))
