"""A million claims at once are decided to the fen as one after the other at the counter."""

import os
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.plans.files import catalogue_files
from apps.plans.rules import Claim, Line
from apps.plans.rules.batch import decide_columns
from apps.plans.rules.batch.prices import price_columns
from apps.plans.rules.batch.running import Groups, spread_columns
from apps.plans.rules.enrolment import price_fen
from apps.plans.rules.people import completed_years
from apps.plans.rules.sharing import spread

from .columns_of import columns_of, whole
from .generating import any_plans, insured_years
from .making import ANYONE, YEAR, benefit, child, decide, small, woman

CATALOGUE = [file.terms for file in catalogue_files()]
EXAMPLES = settings(max_examples=int(os.environ.get("PROPERTY_EXAMPLES", "200")), deadline=None)


def check_equal(terms, years):
    made = decide_columns(terms, columns_of(years))
    one_by_one = [made for insured, policy, claims in years for made in decide(terms, insured, *claims, policy=policy)]
    for number, decision in enumerate(one_by_one):
        columns = {code: int(fen[number]) for code, fen in made.benefits.items() if fen[number]}
        assert columns == dict(decision.benefits)
        assert made.paid[number] == decision.paid_fen


@EXAMPLES
@given(any_plans(), st.lists(insured_years(), min_size=1, max_size=4))
def test_columns_and_the_counter_agree_on_generated_plans(terms, years):
    check_equal(terms, years)


@EXAMPLES
@given(st.sampled_from(CATALOGUE), st.booleans(), st.lists(insured_years(), min_size=1, max_size=4))
def test_columns_and_the_counter_agree_on_the_catalogue(terms, is_open, years):
    check_equal(replace(terms, joining=()) if is_open else terms, years)


def test_a_sum_paid_once_goes_to_the_next_claim_where_a_limit_left_nothing_for_the_first():
    event = {"events": ["diagnosis"]}
    limits = [{"per": "day", "amount": "day", "pool": "shared"}]
    figures = {"sum": {"amount": "10.00", "clause": "1"}, "day": {"amount": "10.00", "clause": "2"}}
    terms = small(
        [
            benefit("often", pays="lump-sum", scope=event, amount="sum", repeats=True, limits=limits),
            benefit("once", pays="lump-sum", scope=event, amount="sum", limits=limits),
        ],
        figures,
    )
    days = [YEAR.start.replace(day=day) for day in (5, 5, 6)]
    asked = [Claim("c", "event", day, event="diagnosis") for day in days]
    check_equal(terms, [(ANYONE, YEAR, asked)] * 2)
    with_room = replace(terms, benefits=(replace(terms.benefits[0], limits=()), terms.benefits[1]))
    check_equal(with_room, [(ANYONE, YEAR, asked)])


@pytest.mark.parametrize("scope", [{"catalogue": "out"}, {"categories": ["drug"]}, {"formulary": ["A10"]}])
def test_columns_know_which_lines_a_benefit_is_for(scope):
    lines = [
        Line(category, code, catalogue, billed_fen=100)
        for category in ("drug", "bed")
        for code in ("A10BA02", "B01")
        for catalogue in ("in", "out")
    ]
    bill = Claim("c", "outpatient", YEAR.start, lines=tuple(lines))
    assert decide(small([benefit(scope=scope)]), ANYONE, bill)[0].paid_fen == 400
    check_equal(small([benefit(scope=scope)]), [(ANYONE, YEAR, [bill])])


@pytest.mark.parametrize(
    ("at_joining", "on_the_claim", "paid"),
    [("mild", "severe", 100), ("severe", "mild", 0), ("severe", None, 100), ("mild", None, 0), (None, None, 0)],
)
def test_the_severity_told_on_a_claim_wins_over_the_one_at_joining(at_joining, on_the_claim, paid):
    when = {"fact": "severity", "one_of": ["severe"]}
    terms = small([benefit(scope={"requires": [{"reason": "severity", "when": when}]})])
    one = replace(ANYONE, facts={"severity": at_joining} if at_joining else {})
    bill = Claim("c", "outpatient", YEAR.start, severity=on_the_claim, lines=(Line("other", billed_fen=100),))
    assert decide(terms, one, bill)[0].paid_fen == paid
    check_equal(terms, [(one, YEAR, [bill]), (ANYONE, YEAR, [replace(bill, severity="severe")])])


def test_prices_of_many_are_the_prices_of_each():
    figures = {"young": {"years": "18", "clause": "1"}, "less": {"amount": "4.00", "clause": "2"}}
    instead = [{"when": {"age": {"to": "young"}}, "amount": "less"}, {"when": {"sex": "female"}, "amount": "price"}]
    terms = small(parameters=figures, price={"amount": "price", "instead": instead})
    years = [(one, YEAR, []) for one in (ANYONE, woman(), child())]
    each = [price_fen(terms, insured, policy) for insured, policy, _ in years]
    assert price_columns(terms, columns_of(years).people).tolist() == each == [10_00, 10_00, 4_00]


def test_money_beyond_all_measure_is_refused():
    bill = Claim("c", "outpatient", YEAR.start, lines=(Line("other", billed_fen=2**60),))
    with pytest.raises(OverflowError):
        decide_columns(small(), columns_of([(ANYONE, YEAR, [bill])]))


def test_nobody_and_nothing_is_decided_as_nothing():
    assert decide_columns(small(), columns_of([])).paid.tolist() == []
    assert decide_columns(CATALOGUE[0], columns_of([(ANYONE, YEAR, [])])).paid.tolist() == []


@EXAMPLES
@given(
    st.lists(st.tuples(st.integers(0, 10**11), st.lists(st.integers(0, 10**11), min_size=1, max_size=5)), min_size=1)
)
def test_spreading_columns_is_spreading_each(parts):
    amounts = whole(amount for amount, _ in parts)
    weights = whole(weight for _, own in parts for weight in own)
    part_of = whole(place for place, (_, own) in enumerate(parts) for _ in own)
    expected = [share for amount, own in parts for share in spread(amount, own)]
    assert spread_columns(amounts, weights, part_of).tolist() == expected


@EXAMPLES
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 99)), min_size=1, max_size=30))
def test_sums_before_a_row_are_those_of_its_group(rows):
    first, second, amounts = (whole(column) for column in zip(*rows, strict=True))
    expected = [
        sum(fen for other, (a, b, fen) in enumerate(rows) if other < number and (a, b) == row[:2])
        for number, row in enumerate(rows)
    ]
    assert Groups.by(first, second).before(amounts).tolist() == expected


@EXAMPLES
@given(st.dates(), st.dates())
def test_ages_in_columns_are_ages(born, on):
    from apps.plans.rules.batch.conditions import completed_years as in_columns

    ages = in_columns(np.array([born.toordinal()]), np.array([on.toordinal()]))
    assert ages.tolist() == [completed_years(born, on)]
