"""Months are closed on the way to the quarter, and the quarter comes out the same to the fen."""

from datetime import date
from fractions import Fraction
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from apps.actuary import services
from apps.actuary.errors import AlreadyClosed, EarlierPeriodOpen, NotThisPeriod, PeriodNotEnded
from apps.actuary.figures import FIGURES, entries_behind
from apps.actuary.models import PeriodClose
from apps.actuary.rules.calendar import Due, Span, check_may_close, periods_due
from apps.actuary.rules.result import PlanFacts, result_data, result_from, result_of
from apps.actuary.selectors import due_periods, locked_quarters
from apps.core.periods import Period
from apps.fund.errors import ClosedPeriod
from apps.fund.rules.postings import Posting
from apps.fund.selectors import balance, balances, ledger_is_balanced
from tests.actuary.factories import (
    COST,
    QUARTER,
    begun_close,
    booked,
    closed_month,
    closed_quarter,
    noon,
    paid_cover,
    treasurer,
)
from tests.actuary.test_rules import FEN, TERMS

JULY, AUGUST = Period(date(2026, 7, 1), date(2026, 8, 1)), Period(date(2026, 8, 1), date(2026, 9, 1))


def story():
    paid_cover(date(2026, 7, 1), 36_500_00)
    paid_cover(date(2026, 8, 10), 1_000_01, code="city")
    booked(Posting.CLAIM_DECIDED, 900_00, date(2026, 7, 5), plan="asthma")
    booked(Posting.CLAIM_DECIDED, 100_00, date(2026, 9, 5), plan="asthma")
    booked(Posting.CLAIM_REVERSED, 50_00, date(2026, 9, 6), plan="asthma")


def finished_quarter():
    return services.finish_close(close_id=begun_close().pk, now=noon(QUARTER.end))


@pytest.mark.django_db
@pytest.mark.parametrize("months", [[JULY], [JULY, AUGUST]], ids=["July", "July and August"])
def test_a_quarter_whose_months_were_closed_comes_out_the_same(months):
    story()
    with transaction.atomic():
        alone = finished_quarter()
        expected, sums = alone.figures, balances()
        transaction.set_rollback(True)
    for month in months:
        closed_month(month)
    close = finished_quarter()
    assert close.figures == expected
    assert balances() == sums
    assert ledger_is_balanced()


@pytest.mark.django_db
def test_a_month_counts_its_quarter_so_far_and_forms_no_surplus():
    story()
    close = closed_month(JULY)
    result = close.result
    assert close.surplus_fen == balance("surplus") == balance("statutory-reserve") == 0
    assert (result.earned, result.decided) == (31 * 100_00, 900_00)
    assert result.operating_cost == balance("payable-operator") == round(COST * 31 / 92)
    assert balance("result-of-period") == result.carried_forward > 0
    second = closed_month(AUGUST).result
    assert second.earned == 62 * 100_00 + second.plans[1].earned
    assert balance("contribution-income:asthma") == 0
    assert balance("claims-incurred:asthma") == 50_00  # September's


@pytest.mark.django_db
def test_the_days_of_a_closed_month_are_closed_and_the_next_ones_open():
    story()
    closed_month(JULY)
    with pytest.raises(ClosedPeriod), transaction.atomic():
        booked(Posting.CLAIM_DECIDED, 1_00, JULY.last_day, plan="asthma")
    booked(Posting.CLAIM_DECIDED, 1_00, AUGUST.start, plan="asthma")


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name in FIGURES if name != "members"])
def test_the_figures_of_the_quarter_are_the_entries_of_its_parts(name):
    story()
    closed_month(JULY)
    closed_month(AUGUST)
    close = finished_quarter()
    figure = FIGURES[name]
    assert sum(entry.fen for entry in entries_behind(close, figure)) == figure.fen(close.result) != 0


@pytest.mark.django_db
def test_months_are_no_surplus_to_decide_about_and_come_one_after_the_other():
    closed_quarter()
    october = Period.month_of(date(2026, 10, 1))
    assert due_periods() == Due(Period.quarter_of(october.start), october, october.start)
    month = closed_month(october)
    assert list(locked_quarters()) == [PeriodClose.objects.get(span="quarter")]
    assert month.name == "October 2026"
    with pytest.raises(EarlierPeriodOpen):
        services.start_close(
            actor=treasurer(), start=date(2026, 12, 1), span=Span.MONTH, key=uuid4(), now=noon(date(2027, 1, 1))
        )


JAN, FEB, MAR = (Period.month_of(date(2026, month, 1)) for month in (1, 2, 3))
Q1, Q2 = Period(JAN.start, MAR.end), Period.quarter_of(MAR.end)


@pytest.mark.parametrize(
    ("first", "until", "quarters_until", "month", "quarter"),
    [
        (date(2026, 2, 3), None, None, JAN, Q1),
        (date(2026, 2, 3), JAN.end, None, FEB, Q1),
        (date(2026, 2, 3), FEB.end, None, None, Q1),
        (date(2026, 2, 3), Q1.end, Q1.end, Period.month_of(Q2.start), Q2),
    ],
)
def test_what_is_due_next(first, until, quarters_until, month, quarter):
    due = periods_due(first, until, quarters_until)
    assert (due.month, due.quarter) == (month, quarter)


@pytest.mark.parametrize(
    ("start", "span", "today", "refused"),
    [
        (JAN.start, Span.MONTH, Q2.start, AlreadyClosed),
        (FEB.start, Span.MONTH, FEB.last_day, PeriodNotEnded),
        (MAR.start, Span.MONTH, Q2.start, EarlierPeriodOpen),
        (date(2026, 2, 2), Span.MONTH, Q2.start, NotThisPeriod),
        (FEB.start, Span.QUARTER, Q2.start, NotThisPeriod),
        (Q2.start, Span.QUARTER, Q2.end, EarlierPeriodOpen),
        (date(2025, 10, 1), Span.QUARTER, Q2.end, AlreadyClosed),
    ],
)
def test_what_may_not_be_closed(start, span, today, refused):
    with pytest.raises(refused):
        check_may_close(start, span, due=Due(Q1, FEB, FEB.start), today=today)


def test_the_last_month_comes_with_its_quarter():
    with pytest.raises(EarlierPeriodOpen):
        check_may_close(MAR.start, Span.MONTH, due=Due(Q1, None, MAR.start), today=Q1.end)
    assert check_may_close(Q1.start, Span.QUARTER, due=Due(Q1, None, MAR.start), today=Q1.end) == Q1


@pytest.mark.parametrize(("day", "month"), [(date(2026, 12, 31), (2026, 12)), (date(2024, 2, 29), (2024, 2))])
def test_a_month_ends_where_the_next_begins(day, month):
    period = Period.month_of(day)
    assert (period.start.year, period.start.month) == month
    assert Period.month_of(period.end).start == period.end


@given(st.lists(st.tuples(FEN, FEN, FEN, FEN, FEN), max_size=4), st.fractions(0, 1), st.integers(-(10**9), 0))
def test_every_fen_of_a_part_of_a_quarter_has_its_place(rows, elapsed, carried):
    facts = [PlanFacts(str(i), *row[:4], earned_last_quarter=row[4]) for i, row in enumerate(rows)]
    result = result_of(facts, carried, TERMS, elapsed)
    uses = result.incurred + result.operating_cost + result.open_fund + result.set_aside_change
    uses += result.statutory_reserve + result.surplus
    assert result.earned + carried == uses + result.carried_forward
    assert result.is_whole == (elapsed == Fraction(1))
    assert result_from(result_data(result)) == result
    if any(row[0] for row in rows):
        assert sum(plan.cost for plan in result.plans) == result.operating_cost
        assert sum(plan.open_fund for plan in result.plans) == result.open_fund
