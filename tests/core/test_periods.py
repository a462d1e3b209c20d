"""Periods are half-open, birthdays complete a year, quarters follow the calendar."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.periods import Period, add_months, add_years, completed_years

days = st.dates(date(1900, 1, 1), date(2100, 1, 1))


def test_someone_born_on_29_february_completes_a_year_on_1_march():
    assert add_years(date(2020, 2, 29), 1) == date(2021, 3, 1)
    assert completed_years(date(2020, 2, 29), date(2021, 2, 28)) == 0
    assert completed_years(date(2020, 2, 29), date(2021, 3, 1)) == 1


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        (date(2010, 6, 1), date(2020, 5, 31), 9),
        (date(2010, 6, 1), date(2020, 6, 1), 10),
        (date(2010, 6, 1), date(2010, 6, 1), 0),
    ],
)
def test_a_year_is_completed_on_the_birthday(born, on, age):
    assert completed_years(born, on) == age


@pytest.mark.parametrize(
    ("day", "start", "end"),
    [
        (date(2026, 1, 1), date(2026, 1, 1), date(2026, 4, 1)),
        (date(2026, 6, 30), date(2026, 4, 1), date(2026, 7, 1)),
        (date(2026, 9, 1), date(2026, 7, 1), date(2026, 10, 1)),
        (date(2026, 12, 31), date(2026, 10, 1), date(2027, 1, 1)),
    ],
)
def test_a_day_belongs_to_its_quarter(day, start, end):
    assert Period.quarter_of(day) == Period(start, end)


@given(days)
def test_every_day_is_in_its_quarter_and_not_in_the_next(day):
    quarter = Period.quarter_of(day)
    assert day in quarter
    assert day not in Period.quarter_of(quarter.end)


def test_an_empty_period_is_refused():
    with pytest.raises(ValueError, match="must end after it starts"):
        Period(date(2026, 1, 1), date(2026, 1, 1))


@given(days, st.integers(1, 800), days, st.integers(1, 800))
def test_overlap_counts_the_days_in_both(a, m, b, n):
    first, second = Period(a, a + timedelta(m)), Period(b, b + timedelta(n))
    both = [first.start + timedelta(i) for i in range(first.days) if first.start + timedelta(i) in second]
    assert first.overlap_days(second) == second.overlap_days(first) == len(both)


def test_a_year_on_paper_names_its_last_day():
    year = Period.year_from(date(2026, 3, 1))
    assert year.last_day == date(2027, 2, 28)
    assert str(year) == "2026-03-01 – 2027-02-28"


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 5, 15), 0, date(2026, 5, 15)),
        (date(2026, 5, 15), 24, date(2028, 5, 15)),
    ],
)
def test_months_later_is_the_same_day_or_the_last_of_a_shorter_month(day, months, later):
    assert add_months(day, months) == later
