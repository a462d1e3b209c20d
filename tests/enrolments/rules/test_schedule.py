"""Who pays which part, when: tables of the casebook's payers, and what holds for every price."""

import os
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.core.periods import Period, add_months, add_years
from apps.enrolments.rules.schedule import (
    PARTS,
    Payer,
    Schedule,
    Share,
    amounts,
    asked,
    choices,
    periods,
    shares,
    spread,
)
from apps.plans.files import catalogue_terms
from apps.plans.rules import Payer as PayerTerms
from apps.plans.rules import Paying

EXAMPLES = settings(max_examples=int(os.environ.get("PROPERTY_EXAMPLES", "200")), deadline=None)
TODAY = date(2026, 11, 23)
YEAR = Period.year_from(TODAY)
prices = st.integers(1, 10**9)
days = st.dates(date(2000, 1, 1), date(2100, 1, 1))
schedules = st.sampled_from(Schedule)


def paying_of(code):
    return catalogue_terms(code, None, {}).paying


@pytest.mark.parametrize(
    ("plan", "price", "chosen", "expected"),
    [
        ("asthma-road-to-health", 180_00, Payer.SELF, [Share(Payer.SELF, 180_00)]),
        ("wanhu", 120_00, Payer.SELF, [Share(Payer.SPONSOR, 120_00)]),
        ("new-work-mutual", 72_00, Payer.SELF, [Share(Payer.UNION, 36_00), Share(Payer.SELF, 36_00)]),
        ("new-work-mutual", 20_00, Payer.SELF, [Share(Payer.UNION, 20_00)]),
        ("county-assist", 33_00, Payer.SELF, [Share(Payer.GOVERNMENT, 33_00, is_trusted=True)]),
        ("city-catastrophic", 20_00, Payer.SELF, [Share(Payer.SELF, 20_00)]),
        ("city-catastrophic", 20_00, Payer.PERSONAL_ACCOUNT, [Share(Payer.PERSONAL_ACCOUNT, 20_00)]),
        ("city-catastrophic", 20_00, Payer.LOTTERY_FUND, [Share(Payer.LOTTERY_FUND, 20_00, is_trusted=True)]),
        ("city-catastrophic", 20_00, Payer.DISABILITY_FUND, [Share(Payer.DISABILITY_FUND, 20_00, is_trusted=True)]),
        ("city-catastrophic", 0, Payer.SELF, []),
    ],
)
def test_the_payers_of_the_casebook(plan, price, chosen, expected):
    assert list(shares(price, paying_of(plan).payers, chosen)) == expected


def test_who_may_be_chosen_is_said_by_the_terms():
    assert choices(paying_of("asthma-road-to-health").payers) == (Payer.SELF,)
    assert choices(paying_of("new-work-mutual").payers) == (Payer.SELF,)
    assert choices(paying_of("city-catastrophic").payers) == (
        Payer.SELF,
        Payer.PERSONAL_ACCOUNT,
        Payer.LOTTERY_FUND,
        Payer.DISABILITY_FUND,
    )


@EXAMPLES
@given(price=prices, fixed=st.lists(st.integers(1, 10**9), max_size=3))
def test_payers_bear_the_price_to_the_fen(price, fixed):
    names = ["union", "sponsor", "government"]
    payers = [PayerTerms(name, fen) for name, fen in zip(names, fixed, strict=False)]
    found = shares(price, payers)
    assert sum(share.fen for share in found) == price
    assert all(share.fen > 0 for share in found)


@EXAMPLES
@given(price=prices, schedule=schedules)
def test_instalments_sum_to_the_price_and_differ_by_a_fen_at_most(price, schedule):
    parts = amounts(price, schedule)
    assert sum(parts) == price
    assert len(parts) == PARTS[schedule]
    assert max(parts) - min(parts) <= 1
    assert list(parts) == sorted(parts, reverse=True)


@pytest.mark.parametrize(
    ("start", "edges"),
    [
        (date(2026, 11, 30), [date(2027, 2, 28), date(2027, 5, 30), date(2027, 8, 30)]),
        (date(2024, 2, 29), [date(2024, 5, 29), date(2024, 8, 29), date(2024, 11, 29)]),
        (date(2026, 12, 31), [date(2027, 3, 31), date(2027, 6, 30), date(2027, 9, 30)]),
    ],
)
def test_a_quarter_ends_on_the_same_day_or_the_last_of_a_shorter_month(start, edges):
    assert [period.start for period in periods(Schedule.QUARTERLY, Period.year_from(start))[1:]] == edges


@EXAMPLES
@given(start=days, schedule=schedules)
def test_instalments_pay_for_every_day_once(start, schedule):
    year = Period.year_from(start)
    parts = periods(schedule, year)
    assert (parts[0].start, parts[-1].end) == (year.start, year.end)
    assert all(one.end == other.start for one, other in pairwise(parts))


@EXAMPLES
@given(start=days, months=st.integers(0, 30))
def test_months_later_is_never_another_month(start, months):
    later = add_months(start, months)
    assert (later.year * 12 + later.month) - (start.year * 12 + start.month) == months
    assert later.day <= start.day
    if months == 12 and (start.month, start.day) != (2, 29):
        assert later == add_years(start, 1)


@EXAMPLES
@given(
    price=prices,
    start=st.dates(TODAY, TODAY + timedelta(days=90)),
    schedule=schedules,
    chosen=st.sampled_from([Payer.SELF, Payer.PERSONAL_ACCOUNT, Payer.LOTTERY_FUND]),
    grace=st.integers(0, 60),
    union=st.integers(1, 10**6),
)
def test_what_is_asked_for_sums_to_the_price_and_comes_due_in_order(price, start, schedule, chosen, grace, union):
    payers = (PayerTerms("union", union), PayerTerms("personal-account", is_chosen=True))
    paying = Paying(payers=(*payers, PayerTerms("lottery-fund", is_trusted=True, is_chosen=True)), grace_days=grace)
    wanted = asked(price, paying, year=Period.year_from(start), today=TODAY, schedule=schedule, chosen=chosen)
    assert sum(item.fen for item in wanted) == price
    for item in wanted:
        if item.number == 1:
            assert (item.due, item.grace_until) == (TODAY + timedelta(days=14), None)
        else:
            assert item.payer in (Payer.SELF, Payer.PERSONAL_ACCOUNT)
            assert item.due == item.period.start
            assert item.grace_until == item.due + timedelta(days=grace)
    numbers = [item.number for item in wanted if item.payer == chosen]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_price_of_a_few_fen_has_fewer_instalments():
    wanted = asked(5, Paying(), year=YEAR, today=TODAY, schedule=Schedule.MONTHLY, chosen=Payer.SELF)
    assert [item.fen for item in wanted] == [1] * 5


@EXAMPLES
@given(fen=st.integers(0, 10**6), left=st.lists(st.integers(0, 10**5), max_size=6))
def test_money_fills_what_is_due_in_order_and_no_more(fen, left):
    parts = spread(fen, left)
    assert sum(parts) == min(fen, sum(left))
    for number, (part, due) in enumerate(zip(parts, left, strict=True)):
        assert 0 <= part <= due
        assert part == due or not any(parts[number + 1 :])
