"""Who may not vote on what: all pairs of payee and seat."""

from hypothesis import given
from hypothesis import strategies as st

from apps.governance.rules.recusal import LineFacts, SeatFacts, finding, findings
from apps.governance.rules.words import Interest, Purpose

HOSPITAL, GROUP, CLINIC, STATE = 1, 2, 3, 4
OWNERS = {HOSPITAL: frozenset({GROUP}), GROUP: frozenset({STATE})}
ORGANISATIONS = st.integers(1, 8)


def seat(*employers, doctor=False, child=False):
    return SeatFacts(10, frozenset(employers), doctor, child)


def line(payee, purpose=Purpose.TRAINING):
    return LineFacts(20, payee, purpose)


def test_the_payees_employee_is_recused():
    found = finding(seat(HOSPITAL), line(HOSPITAL), OWNERS)
    assert (found.interest, found.rule, found.via) == (Interest.RECUSED, "employed-by-payee", HOSPITAL)


def test_whoever_works_for_the_payees_owner_or_its_owner_is_recused():
    for employer in (GROUP, STATE):
        found = finding(seat(employer), line(HOSPITAL), OWNERS)
        assert (found.interest, found.rule, found.via) == (Interest.RECUSED, "employed-by-owner", employer)


def test_the_employee_of_a_sister_or_a_daughter_votes():
    assert finding(seat(CLINIC), line(HOSPITAL), OWNERS) is None
    assert finding(seat(HOSPITAL), line(GROUP), OWNERS) is None


def test_a_benefit_of_all_signed_doctors_is_declared_only():
    found = finding(seat(CLINIC, doctor=True), line(HOSPITAL, Purpose.DOCTORS_REWARDS), OWNERS)
    assert (found.interest, found.rule) == (Interest.DECLARED, "signed-doctor")
    assert finding(seat(CLINIC, doctor=True), line(HOSPITAL, Purpose.RESEARCH), OWNERS) is None


def test_a_benefit_of_all_enrolled_families_is_declared_only():
    for purpose in (Purpose.MORE_OUTPATIENT_COVER, Purpose.SICKNESS_ALLOWANCE):
        found = finding(seat(child=True), line(HOSPITAL, purpose), OWNERS)
        assert (found.interest, found.rule) == (Interest.DECLARED, "enrolled-child")


def test_an_identified_interest_outweighs_a_class_benefit():
    found = finding(seat(CLINIC, doctor=True), line(CLINIC, Purpose.DOCTORS_REWARDS), OWNERS)
    assert found.interest is Interest.RECUSED


def test_a_circle_of_owners_ends():
    circle = {1: frozenset({2}), 2: frozenset({3}), 3: frozenset({1})}
    assert finding(seat(9), line(1), circle) is None
    assert finding(seat(3), line(1), circle).rule == "employed-by-owner"


@st.composite
def councils(draw):
    seats = [
        SeatFacts(number, draw(st.frozensets(ORGANISATIONS, max_size=3)), draw(st.booleans()), draw(st.booleans()))
        for number in range(draw(st.integers(1, 9)))
    ]
    lines = [
        LineFacts(number, draw(ORGANISATIONS), draw(st.sampled_from(list(Purpose))))
        for number in range(draw(st.integers(1, 6)))
    ]
    owners = draw(st.dictionaries(ORGANISATIONS, st.frozensets(ORGANISATIONS, max_size=2), max_size=5))
    return seats, lines, owners


def owners_of(payee, owners):
    """Everyone above, computed the slow way: add owners until nothing is new."""
    above = set()
    while more := {up for one in {payee, *above} for up in owners.get(one, ())} - above:
        above |= more
    return above - {payee}


@given(councils())
def test_over_all_pairs_nobody_votes_for_money_to_their_own_employer(council):
    seats, lines, owners = council
    found = {(one.line, one.seat): one for one in findings(seats, lines, owners)}
    assert len(found) == len(findings(seats, lines, owners))
    for one_line in lines:
        identified = {one_line.payee} | owners_of(one_line.payee, owners)
        for one_seat in seats:
            interest = found.get((one_line.line, one_seat.seat))
            is_recused = interest is not None and interest.interest is Interest.RECUSED
            assert is_recused == bool(identified & one_seat.employers)
