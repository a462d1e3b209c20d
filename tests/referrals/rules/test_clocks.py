from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from apps.referrals.rules.clocks import Span, act_by, paused
from apps.referrals.rules.words import Priority, State
from apps.referrals.terms import clocks

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 11, 23, 10, tzinfo=ZONE)
FRIDAY = datetime(2026, 11, 27, 16, tzinfo=ZONE)


def by(state, priority, history):
    return act_by(state=state, priority=priority, history=history, clocks=clocks())


@pytest.mark.parametrize(
    ("span", "start", "end"),
    [
        (Span(hours=2), MONDAY, MONDAY + timedelta(hours=2)),
        (Span(days=7), MONDAY, MONDAY + timedelta(days=7)),
        (Span(working_days=1), MONDAY, MONDAY + timedelta(days=1)),
        (Span(working_days=1), FRIDAY, FRIDAY + timedelta(days=3)),
        (Span(working_days=2), FRIDAY, FRIDAY + timedelta(days=4)),
    ],
)
def test_a_working_day_jumps_over_the_weekend(span, start, end):
    assert span.after(start) == end


@pytest.mark.parametrize(("priority", "hours"), [(Priority.URGENT, 2), (Priority.ROUTINE, 24)])
def test_the_hospital_answers_within_two_hours_or_one_working_day(priority, hours):
    history = [(State.DRAFT, MONDAY - timedelta(days=1)), (State.SUBMITTED, MONDAY)]
    assert by(State.SUBMITTED, priority, history) == MONDAY + timedelta(hours=hours)


def test_the_hospitals_clock_stands_still_while_it_waits_for_an_answer():
    history = [
        (State.SUBMITTED, MONDAY),
        (State.INFO_NEEDED, MONDAY + timedelta(hours=1)),
        (State.SUBMITTED, MONDAY + timedelta(hours=6)),
    ]
    assert paused(history) == timedelta(hours=5)
    assert by(State.SUBMITTED, Priority.URGENT, history) == MONDAY + timedelta(hours=7)


def test_the_visit_counts_from_the_first_submission_not_from_the_booking():
    history = [(State.SUBMITTED, MONDAY), (State.BOOKED, MONDAY + timedelta(days=1))]
    assert by(State.BOOKED, Priority.URGENT, history) == MONDAY + timedelta(hours=48)
    assert by(State.BOOKED, Priority.ROUTINE, history) == MONDAY + timedelta(days=7)


@pytest.mark.parametrize(("state", "days"), [(State.RETURNED, 1), (State.RESUMED, 14), (State.IN_CARE, 3)])
def test_other_states_count_from_when_they_were_entered(state, days):
    history = [(State.SUBMITTED, MONDAY - timedelta(days=9)), (state, MONDAY)]
    assert by(state, Priority.ROUTINE, history) == MONDAY + timedelta(days=days)


@pytest.mark.parametrize("state", [State.CLOSED, State.CANCELLED])
def test_an_ended_referral_has_no_clock(state):
    assert by(state, Priority.URGENT, [(state, MONDAY)]) is None
