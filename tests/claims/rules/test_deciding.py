"""What goes into a decision can be stored and gives the same answer again."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.claims.errors import ReductionTooLarge
from apps.claims.rules.deciding import Inputs, engine_claim, inputs_from_json, inputs_to_json
from apps.claims.rules.states import MOVES, State, may_move, state_after
from apps.claims.rules.waterfall import waterfall
from apps.plans.rules import Claim, Facility, Insured, Line, Policy, open_lines

DAY = date(2026, 5, 4)


def inputs(billed=(200_00, 100_00), **changes) -> Inputs:
    claim = Claim(
        id="C-1",
        kind="outpatient",
        date=DAY,
        diagnosis="J45.9",
        facility=Facility("primary", "local"),
        lines=tuple(Line("drug", "R03BA02", "in", fen) for fen in billed),
        paid_before={"basic": 90_00},
    )
    facts = {
        "conditions": ("J45.9",),
        "hoehn_yahr": Decimal("2.5"),
        "screening": {"result": "negative", "date": DAY},
    }
    person = Insured(date(2016, 3, 1), "female", facts)
    return replace(Inputs(person, Policy(date(2026, 1, 1), date(2026, 12, 31), 2), claim), **changes)


def test_inputs_survive_storage():
    given_inputs = inputs(earlier_covers=(("city", (10_00, 0)),), reductions={2: 5_00}, is_declined=True)
    assert inputs_from_json(inputs_to_json(given_inputs)) == given_inputs


def test_a_stay_survives_storage():
    stay = inputs()
    stay = replace(stay, claim=replace(stay.claim, kind="inpatient", discharged=DAY))
    assert inputs_from_json(inputs_to_json(stay)) == stay


def test_outside_payers_are_spread_first_then_earlier_covers_then_reductions():
    claim = engine_claim(inputs(earlier_covers=(("her-care", (30_00, 10_00)),), reductions={1: 5_00}))
    assert [dict(line.paid_before) for line in claim.lines] == [
        {"earlier-payers": 60_00, "her-care": 30_00, "reduced": 5_00},
        {"earlier-payers": 30_00, "her-care": 10_00},
    ]
    assert open_lines(claim) == (105_00, 60_00)


def test_no_more_can_be_taken_off_a_line_than_is_left():
    engine_claim(inputs(reductions={1: 140_00}))
    with pytest.raises(ReductionTooLarge, match=r"140\.00"):
        engine_claim(inputs(reductions={1: 140_01}))


@given(st.lists(st.integers(1, 10**8), min_size=1, max_size=6), st.data())
def test_spreading_payers_over_lines_loses_no_fen(billed, data):
    paid = data.draw(st.integers(0, sum(billed)))
    given_inputs = inputs(tuple(billed))
    given_inputs = replace(
        given_inputs, claim=replace(given_inputs.claim, paid_before=MappingProxyType({"basic": paid}))
    )
    assert sum(open_lines(engine_claim(given_inputs))) == sum(billed) - paid


@given(
    st.dictionaries(st.sampled_from(["basic", "city", "charity", "other"]), st.integers(0, 10**8)),
    st.lists(st.tuples(st.sampled_from(["a", "b"]), st.integers(0, 10**8)), max_size=3),
    st.integers(0, 10**8),
)
def test_the_waterfall_adds_up_to_the_bill_without_a_gap(earlier, covers, own):
    billed = sum(earlier.values()) + sum(fen for _, fen in covers) + own
    layers = waterfall(billed, earlier, covers)
    assert sum(layer.paid_fen for layer in layers) == billed
    assert layers[-1].payer == "own"
    assert layers[-1].paid_fen == own
    at = 0
    for layer in layers:
        assert layer.start_fen == at
        at += layer.paid_fen


def test_payers_stand_in_the_order_of_the_waterfall():
    layers = waterfall(100, {"charity": 5, "somebody": 4, "basic": 10}, [("asthma", 20)])
    assert [layer.payer for layer in layers] == ["basic", "charity", "somebody", "asthma", "own"]


def test_nobody_is_above_the_bill():
    with pytest.raises(ValueError, match="of a bill"):
        waterfall(100, {"basic": 60}, [("asthma", 41)])


@pytest.mark.parametrize("before", State)
@pytest.mark.parametrize("after", State)
def test_a_claim_moves_only_out_of_review(before, after):
    assert may_move(before, after) is (before is State.REVIEW and after is not State.REVIEW)


def test_a_decision_that_pays_nothing_declines():
    assert set(MOVES) == set(State)
    assert [state_after(fen) for fen in (0, 1)] == [State.DECLINED, State.APPROVED]
