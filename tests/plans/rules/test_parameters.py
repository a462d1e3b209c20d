"""Where terms use their parameters, and how people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.plans.files import catalogue_files
from apps.plans.rules import load_terms
from apps.plans.rules.document import TermsForm
from apps.plans.rules.uses import ROLES, uses_of
from apps.plans.rules.writing import as_written, is_readable, typed

from .making import benefit, data

FILES = catalogue_files()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.terms.code)
def test_every_parameter_of_the_catalogue_is_used_or_only_told(file):
    uses = uses_of(TermsForm.model_validate(file.data))
    assert {use.role for found in uses.values() for use in found} <= set(ROLES)
    texts = str(
        [file.data[name] for name in ("summary", "joining", "benefits", "services", "not_paid") if name in file.data]
    )
    for name in file.data["parameters"]:
        assert name in uses or f"{{{name}}}" in texts, f"{name} stands for nothing"


def test_numbers_written_in_place_are_no_parameters():
    require = {"reason": "severity", "when": {"fact": "birads", "at_most": "3"}}
    figures = {"wait": {"days": "90", "clause": "1"}, "later": {"days": "30", "clause": "2"}}
    figures["less"] = {"amount": "4.00", "clause": "3"}
    one = benefit(scope={"requires": [require], "waiting_days": "later"})
    price = {"amount": "price", "instead": [{"when": {"sex": "female"}, "amount": "less"}]}
    uses = uses_of(TermsForm.model_validate(data([one], figures, waiting_days="wait", price=price)))
    assert {name: use.role for name, (use,) in uses.items()} == {
        "price": "price",
        "less": "price-instead",
        "wait": "waiting",
        "later": "waiting-benefit",
    }


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.terms.code)
def test_what_is_typed_back_means_the_same(file):
    changes = {}
    for name, figure in file.terms.figures.by_name.items():
        assert is_readable(figure.kind, typed(figure))
        changes[name] = as_written(figure.kind, typed(figure))
    assert load_terms(file.data, changes).benefits == file.terms.benefits


@pytest.mark.parametrize(
    ("kind", "text", "written"),
    [
        ("amount", " ¥1,000.50 ", "1000.50"),
        ("amount", "１２３．４５", "123.45"),
        ("percent", "62.5 %", "62.5"),
        ("percents", "100%，90", ["100", "90"]),
        ("codes", "J45、 J46;C00-C97", ["J45", "J46", "C00-C97"]),
        ("bands", "20000: 0; : 85%", [{"up_to": "20000", "percent": "0"}, {"percent": "85"}]),
        ("days", "90", "90"),
    ],
)
def test_values_are_read_as_people_type_them(kind, text, written):
    assert as_written(kind, text) == written


@pytest.mark.parametrize(("kind", "text"), [("bands", "all"), ("amount", "free"), ("percent", "101"), ("days", "-1")])
def test_what_cannot_be_read_is_known(kind, text):
    assert not is_readable(kind, text)


@given(st.sampled_from(["amount", "percent", "percents", "amounts", "bands", "days", "number"]), st.text(max_size=20))
def test_nonsense_never_breaks_anything(kind, text):
    assert is_readable(kind, text) in (True, False)
