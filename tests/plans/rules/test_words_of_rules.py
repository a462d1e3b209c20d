"""Small readers and writers of the rules: amounts, dates, facts, shares, codes."""

from datetime import date
from decimal import Decimal

import pytest

from apps.plans.rules import Claim, Facility, read_facts
from apps.plans.rules.conditions import Context, FacilityIs, paths_asked
from apps.plans.rules.faults import Fault, shown
from apps.plans.rules.icd import is_in, read_icd
from apps.plans.rules.scalars import part_of, plain_share, plain_yuan, read_date, read_fen, read_number, yuan

from .making import ANYONE, YEAR, event, plan, small, visit


@pytest.mark.parametrize(("fen", "text"), [(0, "0.00"), (5, "0.05"), (123456, "1234.56"), (-7, "-0.07")])
def test_yuan_has_two_decimals(fen, text):
    assert yuan(fen) == text


@pytest.mark.parametrize(("fen", "text"), [(100000000, "1,000,000"), (58835, "588.35"), (5, "0.05")])
def test_people_read_whole_yuan_without_decimals(fen, text):
    assert plain_yuan(fen) == text


@pytest.mark.parametrize(("share", "text"), [(9000, "90"), (6250, "62.5"), (10000, "100"), (1, "0.01"), (0, "0")])
def test_shares_are_written_short(share, text):
    assert plain_share(share) == text


@pytest.mark.parametrize(("amount", "share", "part"), [(1, 5000, 1), (3, 5000, 2), (111, 9000, 100), (5, 10000, 5)])
def test_parts_are_rounded_half_up(amount, share, part):
    assert part_of(amount, share) == part


@pytest.mark.parametrize("value", [True, 1.5, None, "１００", "1,000", "+1", "1.", ".5", "1e3", " 1", "9" * 16])
def test_what_is_not_written_as_an_amount_is_refused(value):
    with pytest.raises(ValueError, match="amount"):
        read_fen(value)


def test_amounts_may_come_as_decimals_and_whole_numbers():
    assert (read_fen(Decimal("1.50")), read_fen(3)) == (150, 300)


@pytest.mark.parametrize("value", [None, True, [], "Infinity", "x"])
def test_what_is_not_a_number_is_refused(value):
    with pytest.raises(ValueError, match="not a number"):
        read_number(value)


@pytest.mark.parametrize("value", ["2022-2-1", "20220201", 20220201, None, "2022-02-30"])
def test_what_is_not_a_date_is_refused(value):
    with pytest.raises(ValueError, match=r"date|calendar"):
        read_date(value)


@pytest.mark.parametrize(
    ("code", "members", "is_member"),
    [
        ("J45.901", ["J45-J46"], True),
        ("J46", ["J45-J46"], True),
        ("J47", ["J45-J46"], False),
        ("C57.001", ["C57.0"], True),
        ("C57", ["C57.0"], False),
        ("C570", ["C57.0"], True),
        ("C97.9", ["C00-C97"], True),
        ("D00", ["C00-C97"], False),
        ("T88.7", ["T88.7", "Y40-Y59"], True),
        ("Y59.9", ["T88.7", "Y40-Y59"], True),
        ("G20", [], False),
    ],
)
def test_diagnoses_match_by_prefix_and_range(code, members, is_member):
    assert is_in(code, members) is is_member


@pytest.mark.parametrize("value", ["asthma", "J45-J46", "45", "", None, "J4"])
def test_what_is_no_icd_code_is_refused(value):
    with pytest.raises(ValueError, match="ICD-10"):
        read_icd(value)


def test_icd_codes_are_read_in_capitals():
    assert read_icd(" g30.1+f00 ") == "G30.1+F00"


def test_facts_are_read_in_the_engines_own_form():
    raw = {"roster": " poor ", "benign_pathology": True, "progressed": "2022-01-01", "markers": ["ALK+"], "hpv": None}
    assert read_facts(raw) == {
        "roster": "poor",
        "benign_pathology": True,
        "progressed": date(2022, 1, 1),
        "markers": ("ALK+",),
    }


def test_a_facility_condition_never_holds_without_a_claim():
    condition = FacilityIs(("tertiary",), ())
    assert not condition.holds(Context(ANYONE, YEAR))
    assert condition.holds(Context(ANYONE, YEAR, visit(facility=Facility("tertiary", "outside"))))
    assert paths_asked(condition) == set()


def test_a_negated_condition_asks_for_the_same_facts():
    asked = set().union(*(paths_asked(joining.condition) for joining in plan("qinyi-jiaren").joining))
    assert asked == {"benign_pathology", "fibroid_cm", "cervical_polyp_cm", "cervicitis", "hpv"}


def test_a_claim_knows_its_nights_and_its_bill():
    assert (event("condolence").nights, event("condolence").billed_fen) == (0, 0)
    assert Claim("a", "inpatient", date(2022, 3, 1), date(2022, 3, 4)).nights == 3


def test_a_benefit_is_found_by_its_code():
    assert small().benefit("cover").clause == "for cover"
    with pytest.raises(KeyError):
        small().benefit("none")


def test_long_values_are_cut_in_messages():
    assert shown("x" * 100) == "x" * 57 + "..."
    assert shown("a\n b") == "a b"
    assert shown({"a": 1}) == '{"a": 1}'
    assert str(Fault((), "is empty")) == "the document is empty"


def test_a_screening_that_is_no_pair_counts_as_unknown():
    odd = plan("her-care").benefit("inpatient-out-of-catalogue").rate.raised[0].condition
    assert not odd.holds(Context(type(ANYONE)(ANYONE.born, "female", {"screening": "negative"}), YEAR))


def test_a_progression_is_judged_at_the_start_where_there_is_no_claim():
    condition = plan("rare-target").benefit("drug").scope.requires[1].condition
    ill = type(ANYONE)(ANYONE.born, "male", {"progressed": "2021-12-31"})
    assert condition.holds(Context(ill, YEAR))
