from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.care.programmes import programme
from apps.care.rules.assessment import Control, Zone
from apps.care.rules.schedule import Interval, Window
from apps.care.rules.today import Filter, Work, belongs, in_order, reasons

DAY = date(2026, 11, 23)
OPEN = Window(DAY - timedelta(days=3), DAY, DAY + timedelta(days=14))


def work(number, household="a", *, kind="follow-up", window=OPEN, zone=Zone.GREEN, control=Control.WELL):
    return Work(number, number, household, kind, window, zone, control)


@given(st.integers(0, 200), st.integers(0, 60), st.integers(0, 60))
def test_a_window_holds_its_best_day(after, before, later):
    window = Interval(after, before, later).window(DAY)
    assert window.opens <= window.due <= window.closes
    assert window.overdue_days(window.closes) == 0
    assert window.overdue_days(window.closes + timedelta(days=5)) == 5


def test_the_worse_the_control_the_sooner_the_next_visit():
    schedule = programme("asthma").schedule
    due = [schedule.next_window(state, DAY).due for state in (Control.VERY_POOR, Control.NOT_WELL, Control.WELL)]
    assert due == sorted(due)
    assert due[0] < due[1] < due[2]


def test_the_first_window_is_open_on_the_day_the_doctor_is_chosen():
    window = programme("asthma").schedule.first.window(DAY)
    assert window.opens == DAY < window.due < window.closes


def test_risk_comes_before_the_window_and_families_stay_together():
    late = Window(DAY - timedelta(days=40), DAY - timedelta(days=30), DAY - timedelta(days=20))
    works = [
        work(1, "calm", window=late),
        work(2, "red", zone=Zone.RED),
        work(3, "poor", control=Control.VERY_POOR),
        work(4, "red", window=late),
        work(5, "letter", kind="letter-back"),
        work(6, "yellow", zone=Zone.YELLOW),
    ]
    assert [item.task_id for item in in_order(works)] == [2, 4, 3, 5, 6, 1]


@pytest.mark.parametrize(
    ("item", "said"),
    [
        (work(1, zone=Zone.RED, control=Control.VERY_POOR), ["Red zone", "Very poorly controlled"]),
        (work(1, control=Control.NOT_WELL), ["Not yet well controlled"]),
        (work(1), ["Follow-up due"]),
        (work(1, window=Window(DAY, DAY, DAY + timedelta(days=2))), ["%(number)s d left"]),
        (work(1, window=Window(DAY, DAY, DAY)), ["%(number)s d left"]),
        (work(1, window=Window(*[DAY - timedelta(days=5)] * 3)), ["Overdue %(number)s d"]),
        (work(1, kind="letter-back"), ["Letter back from the hospital"]),
        (work(1, kind="call-parent", zone=Zone.RED), ["Call the family", "Red zone"]),
    ],
)
def test_every_row_says_why(item, said):
    assert [reason.words for reason in reasons(item, DAY)] == said


@pytest.mark.parametrize(
    ("item", "filters"),
    [
        (work(1), {Filter.ALL}),
        (work(1, zone=Zone.RED), {Filter.ALL, Filter.RISK}),
        (work(1, window=Window(*[DAY - timedelta(days=5)] * 3)), {Filter.ALL, Filter.OVERDUE}),
        (work(1, kind="letter-back"), {Filter.ALL, Filter.LETTERS}),
        (work(1, kind="call-parent"), {Filter.ALL, Filter.RISK}),
    ],
)
def test_which_filter_shows_which_row(item, filters):
    assert {chosen for chosen in Filter if belongs(item, chosen, DAY)} == filters
