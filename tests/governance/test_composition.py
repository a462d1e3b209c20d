"""Seats by constituency and the shares that must hold."""

from fractions import Fraction

import pytest

from apps.governance.data import UnusableRules, composition, read_composition
from apps.governance.rules.composition import Composition, Share, breaches, has_place
from apps.governance.rules.states import ENDED, TRANSITIONS, Event, State, after
from apps.governance.rules.words import Constituency

NINE = ["insurer", "hospital", "hospital", "technology", "doctors", "doctors", "parents", "parents", "parents"]
FRENCH_BOARD = Composition(
    1, 6, {"participating": (2, 20), "honorary": (0, 10)}, (Share(frozenset({"participating"}), Fraction(2, 3)),)
)


def test_the_nine_seats_of_the_fund_are_well_composed():
    assert breaches(composition(), NINE) == ()
    assert set(composition().bounds) == set(Constituency)


@pytest.mark.parametrize(
    ("seats", "kind", "who"),
    [
        (NINE[1:], "too-few", ("insurer",)),
        ([*NINE, "parents"], "too-many", ("parents",)),
        ([*NINE, "bank"], "unknown", ("bank",)),
        ([*NINE[:4], "doctors", "parents"], "too-small-a-share", ("doctors", "parents")),
        ([], "too-few", ("insurer",)),
    ],
)
def test_what_is_wrong_with_a_council_is_named(seats, kind, who):
    assert (kind, who) in [(breach.kind, breach.constituencies) for breach in breaches(composition(), seats)]


def test_exactly_the_share_is_enough():
    seats = ["insurer", "hospital", "technology", "doctors", "parents", "parents"]
    assert breaches(composition(), seats) == ()


def test_french_mutual_code_l114_16_participating_members_hold_two_thirds():
    assert breaches(FRENCH_BOARD, ["participating"] * 6 + ["honorary"] * 3) == ()
    assert [b.bound for b in breaches(FRENCH_BOARD, ["participating"] * 5 + ["honorary"] * 3)] == ["2/3"]


def test_there_is_a_place_until_the_constituency_is_full():
    assert has_place(composition(), NINE[1:], "insurer")
    assert not has_place(composition(), NINE, "insurer")
    assert not has_place(composition(), [], "bank")


def test_a_broken_composition_is_refused():
    with pytest.raises(UnusableRules):
        read_composition("version: 1")


def test_every_state_is_reached_and_ended_ones_stay():
    assert {State.DRAFT, *TRANSITIONS.values()} == set(State)
    for state in ENDED:
        assert all(after(state, event) is None for event in Event)
    assert after("draft", Event.OPENED) is State.OPEN
    assert after("open", Event.OPENED) is None
