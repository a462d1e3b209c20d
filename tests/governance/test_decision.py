"""Quorum, base and threshold in whole numbers, on the real rules."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.governance.data import UnusableRules, decision_rules, read_rules, rule_for
from apps.governance.rules.decision import Base, Comparator, Reason, Tally, evaluate, is_settled, reaches

RULES = decision_rules()


@st.composite
def tallies(draw, most=9):
    seats = draw(st.integers(1, most))
    recused = draw(st.integers(0, seats))
    yes = draw(st.integers(0, seats - recused))
    no = draw(st.integers(0, seats - recused - yes))
    return Tally(seats, recused, yes, no, draw(st.integers(0, seats - recused - yes - no)))


def test_the_same_nine_seats_on_all_four_bases():
    tally = Tally(seats=9, recused=1, yes=4, no=2, abstain=1)
    shares = {base: Fraction(tally.yes, tally.size(base)) for base in Base}
    assert shares == {
        Base.CAST: Fraction(4, 6),
        Base.PRESENT: Fraction(4, 7),
        Base.ENTITLED: Fraction(4, 8),
        Base.SEATS: Fraction(4, 9),
    }


def test_six_of_nine_is_two_thirds():
    assert reaches(6, 9, Fraction(2, 3), Comparator.AT_LEAST)
    assert not reaches(6, 9, Fraction(2, 3), Comparator.MORE_THAN)
    assert reaches(7, 9, Fraction(2, 3), Comparator.MORE_THAN)


@given(st.integers(0, 200), st.integers(1, 200))
def test_two_thirds_is_three_times_yes_against_twice_the_base(yes, base):
    assert reaches(yes, base, Fraction(2, 3), Comparator.AT_LEAST) == (yes > 0 and 3 * yes >= 2 * base)


@pytest.mark.parametrize(
    ("tally", "reason"),
    [
        (Tally(9, 0, 4, 0, 0), Reason.QUORUM_MISSED),
        (Tally(9, 0, 4, 0, 1), Reason.PASSED),
        (Tally(8, 0, 4, 0, 0), Reason.PASSED),
        (Tally(9, 1, 4, 2, 1), Reason.PASSED),
        (Tally(9, 1, 3, 2, 1), Reason.THRESHOLD_MISSED),
        (Tally(9, 0, 0, 0, 9), Reason.THRESHOLD_MISSED),
        (Tally(9, 0, 0, 0, 0), Reason.QUORUM_MISSED),
        (Tally(9, 5, 4, 0, 0), Reason.QUORUM_MISSED),
    ],
)
def test_the_first_call_of_an_appropriation(tally, reason):
    assert evaluate(rule_for("appropriation", 1), tally) is reason


def test_the_second_call_needs_a_quarter_of_the_seats_and_the_same_majority():
    rule = rule_for("appropriation", 2)
    assert evaluate(rule, Tally(9, 0, 3, 0, 0)) is Reason.PASSED
    assert evaluate(rule, Tally(9, 0, 2, 0, 0)) is Reason.QUORUM_MISSED
    assert evaluate(rule, Tally(9, 0, 1, 1, 1)) is Reason.THRESHOLD_MISSED


@pytest.mark.parametrize(
    ("call", "yes", "no", "reason"),
    [
        (1, 34, 15, Reason.QUORUM_MISSED),
        (1, 33, 17, Reason.THRESHOLD_MISSED),
        (1, 34, 17, Reason.PASSED),
        (2, 17, 8, Reason.PASSED),
        (2, 16, 8, Reason.QUORUM_MISSED),
    ],
)
def test_french_mutual_code_l114_12_with_a_hundred_members(call, yes, no, reason):
    assert evaluate(RULES[f"fr-l114-12@1/{call}"], Tally(100, 0, yes, no, 0)) is reason


@pytest.mark.parametrize(
    ("yes", "no", "abstain", "reason"),
    [(75, 25, 0, Reason.PASSED), (74, 26, 0, Reason.THRESHOLD_MISSED), (74, 0, 25, Reason.THRESHOLD_MISSED)],
)
def test_three_quarters_of_the_assembly_present(yes, no, abstain, reason):
    rule = RULES["cn-assembly-three-quarters@1/1"]
    assert evaluate(rule, Tally(100, 0, yes, no, abstain)) is reason
    assert rule.ratification == "members-assembly"


@given(tallies(), st.sampled_from(sorted(RULES)))
def test_one_more_vote_for_never_loses_a_line(tally, name):
    if tally.present < tally.entitled and evaluate(RULES[name], tally) is Reason.PASSED:
        more = Tally(tally.seats, tally.recused, tally.yes + 1, tally.no, tally.abstain)
        assert evaluate(RULES[name], more) is Reason.PASSED


@given(tallies(most=6), st.sampled_from(sorted(RULES)), st.data())
def test_a_settled_result_stays_whatever_comes(tally, name, data):
    if is_settled(RULES[name], tally):
        left = tally.entitled - tally.present
        yes = data.draw(st.integers(0, left))
        later = Tally(tally.seats, tally.recused, tally.yes + yes, tally.no + left - yes, tally.abstain)
        assert evaluate(RULES[name], later) is evaluate(RULES[name], tally)


def test_a_result_is_settled_when_all_have_voted_and_not_while_it_can_turn():
    rule = rule_for("appropriation", 1)
    assert is_settled(rule, Tally(9, 1, 4, 4, 0))
    assert not is_settled(rule, Tally(9, 0, 5, 0, 0))
    assert is_settled(rule, Tally(9, 0, 7, 0, 0))


def test_more_votes_than_seats_are_a_fault():
    with pytest.raises(ValueError, match="more votes"):
        Tally(3, 1, 2, 1, 0)


@pytest.mark.parametrize(
    "change", [("1/2, of: seats", "1/2, of: cast"), ("2/3", "5/3"), (">=", "=>"), ("version: 1", "versio: 1")]
)
def test_a_broken_rule_is_refused(change):
    from apps.governance.data import HERE

    with pytest.raises(UnusableRules):
        read_rules((HERE / "decision_rules.yaml").read_text(encoding="utf-8").replace(*change, 1))


def test_a_rule_written_twice_is_refused():
    from apps.governance.data import HERE

    text = (HERE / "decision_rules.yaml").read_text(encoding="utf-8")
    with pytest.raises(UnusableRules, match="twice"):
        read_rules(text + text)


def test_the_newest_version_of_a_rule_is_used_and_an_unknown_class_is_refused():
    assert rule_for("appropriation", 1).name == "council-appropriation@1/1"
    with pytest.raises(UnusableRules):
        rule_for("war", 1)
