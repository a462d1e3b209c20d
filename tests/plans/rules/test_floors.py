"""A regulator's floor names exactly the plans that miss it, and by which figure."""

import pytest

from apps.plans.errors import TermsInvalid
from apps.plans.files import catalogue_files, floor_files
from apps.plans.rules.floors import concerns, misses_of, parse_floor

from .making import benefit, small

FLOOR = floor_files()["rare-disease-2022"]
AMOUNTS = {
    "own": {"amount": "10000.01", "clause": "1.1"},
    "part": {"percent": "69.5", "clause": "1.2"},
    "most": {"amount": "299999.99", "clause": "1.3"},
}
BELOW = benefit(
    "rare-drug",
    deductible={"per": "year", "amount": "own"},
    rate={"percent": "part"},
    limits=[{"per": "year", "amount": "most"}],
)


def test_of_the_sixteen_city_plans_of_2022_five_miss_the_floor():
    meant = [file.terms for file in catalogue_files() if concerns(FLOOR, file.terms)]
    assert len(meant) == 16
    missed = {terms.code.removeprefix("rare-city-"): [miss.what for miss in misses_of(FLOOR, terms)] for terms in meant}
    assert {city: what for city, what in missed.items() if what} == {
        "taian": ["deductible", "rate"],
        "weihai": ["deductible", "rate"],
        "weifang": ["deductible"],
        "jinan": ["deductible", "rate"],
        "dezhou": ["rate"],
    }


def test_each_figure_is_told_as_it_is_and_as_it_must_be():
    found = [(miss.what, miss.found, miss.needed, miss.clause) for miss in misses_of(FLOOR, small([BELOW], AMOUNTS))]
    assert found == [
        ("deductible", "10,000.01", "10,000", "1.1"),
        ("rate", "69.5%", "70%", "1.2"),
        ("limit", "299,999.99", "300,000", "1.3"),
    ]


def test_a_floor_speaks_only_of_its_benefit_and_of_the_figures_it_names():
    other = small([BELOW, {**BELOW, "code": "other"}], AMOUNTS)
    assert misses_of(FLOOR, other) == misses_of(FLOOR, small([BELOW], AMOUNTS))
    bare = FLOOR.model_copy(update={"deductible_at_most": None, "rate_at_least": None, "limit_at_least": None})
    assert misses_of(bare, small([BELOW], AMOUNTS)) == ()


def test_a_plan_without_the_benefit_is_below_the_floor():
    (miss,) = misses_of(FLOOR, small([{**BELOW, "code": "other"}], AMOUNTS))
    assert (miss.what, miss.needed) == ("benefit", "rare-drug")


def test_a_plan_without_deductible_rate_and_limit_is_above_every_floor():
    assert misses_of(FLOOR, small([benefit("rare-drug")])) == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("code: [", "floor.yaml:1: the text is not YAML"),
        ("code: a\nrate_at_least: 101\n", "floor.yaml:2: rate_at_least = 101 is above 100 percent"),
    ],
)
def test_a_malformed_floor_names_file_line_and_field(text, told):
    with pytest.raises(TermsInvalid) as raised:
        parse_floor(text, "floor.yaml")
    assert any(problem.startswith(told) for problem in raised.value.problems)
