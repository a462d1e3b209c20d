"""What comes back to whoever leaves: a table by day, claim and terms; never more than was paid."""

import os
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.actuary.rules.earning import earned_to_date
from apps.core.periods import Period
from apps.enrolments.rules.leaving import Paid, Way, leaving, unearned
from apps.plans.rules import Paying

EXAMPLES = settings(max_examples=int(os.environ.get("PROPERTY_EXAMPLES", "200")), deadline=None)
START = date(2026, 1, 1)
YEAR = Period.year_from(START)
PRICE = 365_00
KEEPS, SHARES = Paying(), Paying(is_refunded_pro_rata=True)


@pytest.mark.parametrize(
    ("day", "is_claimed", "paying", "way", "back", "end"),
    [
        (date(2025, 12, 31), False, KEEPS, Way.NOT_BEGUN, PRICE, START),
        (date(2025, 12, 31), True, KEEPS, Way.NOT_BEGUN, PRICE, START),
        (date(2026, 1, 1), False, KEEPS, Way.COOLING_OFF, PRICE, START),
        (date(2026, 1, 15), False, KEEPS, Way.COOLING_OFF, PRICE, START),
        (date(2026, 1, 16), False, KEEPS, Way.NOTHING, 0, date(2026, 1, 17)),
        (date(2026, 1, 16), False, SHARES, Way.PRO_RATA, 349_00, date(2026, 1, 17)),
        (date(2026, 1, 1), True, KEEPS, Way.NOTHING, 0, date(2026, 1, 2)),
        (date(2026, 1, 1), True, SHARES, Way.PRO_RATA, 364_00, date(2026, 1, 2)),
        (date(2026, 12, 30), False, SHARES, Way.PRO_RATA, 1_00, date(2026, 12, 31)),
        (date(2026, 12, 31), False, SHARES, Way.PRO_RATA, 0, date(2027, 1, 1)),
    ],
)
def test_what_comes_back_by_day_claim_and_terms(day, is_claimed, paying, way, back, end):
    answer = leaving(YEAR, [Paid(PRICE, YEAR)], paying, today=day, is_claimed=is_claimed)
    assert (answer.way, answer.total_fen, answer.end) == (way, back, end)
    assert answer.is_undone is (way in (Way.NOT_BEGUN, Way.COOLING_OFF))


def test_a_lapsed_cover_ended_on_its_day():
    quarter = Period(date(2026, 4, 1), date(2026, 7, 1))
    answer = leaving(
        YEAR, [Paid(90_00, quarter)], SHARES, today=date(2026, 6, 20), is_claimed=False, lapsed=date(2026, 5, 31)
    )
    assert (answer.end, answer.total_fen) == (date(2026, 5, 31), unearned(Paid(90_00, quarter), date(2026, 5, 31)))


@EXAMPLES
@given(
    fens=st.lists(st.integers(0, 10**7), min_size=1, max_size=12),
    days=st.integers(-90, 400),
    is_claimed=st.booleans(),
    paying=st.builds(Paying, cooling_off_days=st.integers(0, 60), is_refunded_pro_rata=st.booleans()),
)
def test_nobody_gets_back_more_than_was_paid_nor_less_by_leaving_earlier(fens, days, is_claimed, paying):
    paid, today = [Paid(fen, YEAR) for fen in fens], START + timedelta(days=days)
    answer = leaving(YEAR, paid, paying, today=today, is_claimed=is_claimed)
    assert all(0 <= back <= fen for back, fen in zip(answer.back, fens, strict=True))
    later = leaving(YEAR, paid, paying, today=today + timedelta(days=1), is_claimed=is_claimed)
    assert later.total_fen <= answer.total_fen
    assert answer.is_undone or answer.end <= YEAR.end


@EXAMPLES
@given(fen=st.integers(1, 10**9), start=st.dates(START, date(2027, 1, 1)), used=st.integers(0, 500))
def test_what_goes_back_is_what_the_close_does_not_count_as_earned(fen, start, used):
    period, end = Period.year_from(start), start + timedelta(days=used)
    assert unearned(Paid(fen, period), end) == fen - earned_to_date(fen, period, end)
