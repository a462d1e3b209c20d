"""Earning, reserves and the result of a quarter, without a database."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.actuary.parameters import UnusableParameters, read_terms, terms_on
from apps.actuary.rules.earning import earned_to_date
from apps.actuary.rules.reserves import case_reserve, ibnr_reserve
from apps.actuary.rules.result import PlanFacts, result_of
from apps.actuary.rules.snapshot import canonical, fingerprint
from apps.actuary.rules.steps import ORDER, Step, next_step, steps_done
from apps.actuary.rules.terms import ClosingTerms
from apps.core.periods import Period

TERMS = ClosingTerms(
    "t", date(2024, 1, 1), 1_000, Fraction(8, 100), Fraction(1, 2), Fraction(6, 10), Fraction(1, 10), Fraction(1, 10)
)
FEN = st.integers(0, 10**10)
YEAR = Period(date(2026, 1, 1), date(2027, 1, 1))


@pytest.mark.parametrize(
    ("upto", "fen"),
    [
        (date(2025, 12, 1), 0),
        (date(2026, 1, 1), 0),
        (date(2026, 1, 2), 100),
        (date(2026, 4, 1), 9_000),
        (date(2027, 1, 1), 36_500),
        (date(2030, 1, 1), 36_500),
    ],
)
def test_a_year_of_36500_fen_earns_100_a_day_and_then_no_more(upto, fen):
    assert earned_to_date(36_500, YEAR, upto) == fen


@given(FEN, st.integers(0, 700), st.integers(1, 800), st.lists(st.integers(0, 900), max_size=6))
def test_a_contribution_cut_at_any_days_is_earned_exactly_once(amount, offset, days, cuts):
    start = date(2025, 1, 1) + timedelta(offset)
    cover = Period(start, start + timedelta(days))
    ends = [start + timedelta(cut) for cut in sorted(cuts)] + [cover.end]
    parts, before = [], 0
    for end in sorted(ends):
        parts.append(earned_to_date(amount, cover, end) - before)
        before += parts[-1]
    assert sum(parts) == amount
    assert min(parts) >= 0


def test_half_a_fen_is_rounded_up_in_each_reserve():
    assert case_reserve(101, Fraction(1, 2)) == 51
    assert ibnr_reserve(25, Fraction(6, 10), Fraction(1, 10)) == 2


def test_a_plan_that_earned_less_than_nothing_needs_no_ibnr():
    assert ibnr_reserve(-500, Fraction(6, 10), Fraction(1, 10)) == 0


def test_a_quarter_worked_out_by_hand():
    plans = [PlanFacts("a", 100_000, 40_000, 10_000, 9_000), PlanFacts("b", 50_000, 5_000, 0, 0)]
    result = result_of(plans, carried=0, terms=TERMS)
    assert [plan.reserve for plan in result.plans] == [5_000 + 6_000, 3_000]
    assert [plan.incurred for plan in result.plans] == [40_000 + 2_000, 5_000 + 3_000]
    assert (result.earned, result.incurred, result.operating_cost, result.open_fund) == (150_000, 50_000, 1_000, 12_000)
    assert (result.before_reserve, result.statutory_reserve, result.surplus) == (87_000, 8_700, 78_300)
    assert result.loss_ratio == Fraction(1, 3)
    assert result.carried_forward == 0


def test_a_loss_forms_neither_reserve_nor_surplus_and_is_carried():
    result = result_of([PlanFacts("a", 1_000, 9_000, 0, 0)], carried=-500, terms=TERMS)
    assert (result.statutory_reserve, result.surplus) == (0, 0)
    assert result.carried_forward == -500 + 1_000 - 9_000 - 60 - 1_000 - 80


def test_a_carried_loss_is_made_good_before_a_surplus_is_formed():
    clean = result_of([PlanFacts("a", 100_000, 0, 0, 0)], carried=0, terms=TERMS)
    after_loss = result_of([PlanFacts("a", 100_000, 0, 0, 0)], carried=-10_000, terms=TERMS)
    assert clean.surplus - after_loss.surplus == 9_000


def test_nothing_earned_has_no_loss_ratio():
    assert result_of([], carried=0, terms=TERMS).loss_ratio is None


@given(
    st.lists(st.tuples(FEN, FEN, FEN, FEN), max_size=5),
    st.integers(-(10**9), 0),
    st.fractions(0, 1),
    st.fractions(0, 1),
    st.fractions(0, 1),
)
def test_every_fen_of_a_quarter_has_its_place(rows, carried, open_fund, reserve, case):
    terms = ClosingTerms("t", date(2024, 1, 1), 777, open_fund, case, Fraction(1, 2), Fraction(1, 7), reserve)
    result = result_of([PlanFacts(str(i), *row) for i, row in enumerate(rows)], carried, terms)
    uses = result.incurred + result.operating_cost + result.open_fund + result.statutory_reserve + result.surplus
    assert result.earned + carried == uses + result.carried_forward
    assert result.surplus >= 0 >= result.carried_forward
    assert result.surplus == 0 or result.carried_forward == 0


def test_the_steps_follow_each_other_to_the_lock():
    done, walked = "", []
    while step := next_step(done):
        walked.append(step)
        done = step
    assert tuple(walked) == ORDER
    assert walked[-1] is Step.LOCK
    assert [steps_done(step) for step in ("", *ORDER)] == list(range(len(ORDER) + 1))


def test_one_spelling_whatever_the_order_of_keys():
    assert canonical({"b": [1, 2], "a": "哮"}) == '{"a":"哮","b":[1,2]}'
    assert fingerprint("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize("data", [1.0, {"a": [0.5]}, [{"b": 2.0}]])
def test_floats_have_no_one_spelling(data):
    with pytest.raises(TypeError, match="no one spelling"):
        canonical(data)


def test_every_parameter_of_the_fund_has_source_and_clause():
    terms = terms_on(date(2026, 7, 1))
    assert terms.open_fund_rate == Fraction(8, 100)
    assert all(parameter.source and parameter.clause for parameter in terms.parameters)
    assert len(terms.parameters) == 7
    assert [(one.plan, one.share) for one in terms.returned] == [("wanhu", 1)]


def test_no_parameters_before_the_first_set():
    with pytest.raises(UnusableParameters):
        terms_on(date(2000, 1, 1))


@pytest.mark.parametrize(
    "change",
    [
        ("value: 60000", "value: 6000.5"),
        ("8/100", "108/100"),
        ("8/100", "eight"),
        ("clause: Cov", "claus: Cov"),
        ("100/100", "101/100"),
        ("least_days: 180", "least_days: -1"),
    ],
)
def test_a_broken_set_of_parameters_is_refused(change):
    from apps.actuary.parameters import SOURCE

    with pytest.raises(UnusableParameters):
        read_terms(SOURCE.read_text(encoding="utf-8").replace(*change, 1))


def test_the_set_of_its_day_applies():
    from apps.actuary.parameters import SOURCE

    first = SOURCE.read_text(encoding="utf-8")
    later = first.replace('"2024-1"', '"2034-1"').replace("2024-01-01", "2034-01-01")
    later = later.replace('"2025-1"', '"2035-1"').replace("2025-01-01", "2035-01-01")
    assert [terms.version for terms in read_terms(later + first)] == ["2024-1", "2025-1", "2034-1", "2035-1"]
    with pytest.raises(UnusableParameters):
        read_terms(first + first)
