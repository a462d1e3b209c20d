"""Several payers of one bill: each sees what is left, nobody is above the bill, layers are data."""

import copy
import os
from dataclasses import replace

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.plans.errors import TermsInvalid
from apps.plans.files import STACKS, catalogue_terms, stack_files
from apps.plans.rules.source import read_source
from apps.plans.rules.stack_file import parse_stack
from apps.plans.rules.stacking import Layer, Stack, shares_of

from .generating import claims, plans
from .making import ANYONE, WORDS, YEAR, Line, plan, visit

EXAMPLES = settings(max_examples=int(os.environ.get("PROPERTY_EXAMPLES", "200")), deadline=None)
NAME = type(plan("her-care").name)(**WORDS)


def stack(*layers):
    parts = [Layer(f"layer-{n}", NAME, None if terms == "by-hand" else terms) for n, terms in enumerate(layers)]
    return Stack("s", NAME, NAME, "test", tuple(parts), ANYONE, YEAR, visit(Line("other", billed_fen=1)), (NAME,))


def paid(stack, claim=None, **given):
    return {share.layer.code: share.paid_fen for share in shares_of(stack, claim or stack.claim, given)}


@EXAMPLES
@given(st.lists(plans() | st.just("by-hand"), min_size=1, max_size=5), claims(), st.integers(0, 10**6))
def test_each_sees_what_is_left_and_nobody_is_above_the_bill(layers, claim, by_hand):
    made = stack(*layers)
    left = claim.billed_fen - sum(claim.paid_before.values())
    left -= sum(sum(line.paid_before.values()) for line in claim.lines)
    for share in shares_of(made, claim, dict.fromkeys([layer.code for layer in made.by_hand], by_hand)):
        assert share.open_fen == left
        assert 0 <= share.paid_fen <= left
        left -= share.paid_fen


def test_four_layers():
    four = stack_files()["birth-defects-four"]
    # 80,000 within the catalogue, 20,000 outside: 70% above 500; bands on the 24,350 left; 70% of 18,740; half.
    assert paid(four) == {
        "basic": 55_650_00,
        "catastrophic": 5_610_00,
        "assistance": 13_118_00,
        "charity": 12_811_00,
    }


def test_six_layers_leave_nothing_within_the_catalogue():
    six = stack_files()["birth-defects-six"]
    made = paid(six)
    assert list(made) == ["basic", "catastrophic", "assistance", "supplementary", "district-fund", "charity"]
    assert (made["supplementary"], made["district-fund"], made["charity"]) == (5_622_00, 8_000_00, 6_000_00)
    inside = replace(six.claim, lines=six.claim.lines[:1])
    assert sum(paid(six, inside).values()) == inside.billed_fen


def test_one_plus_n_uses_a_plan_of_the_catalogue():
    many = stack_files()["rare-one-plus-n"]
    assert many.layers[0].terms == plan("rare-catastrophic")
    # 20,000 own, 380,000 at 80%, 200,000 at 85%
    assert paid(many) == {
        "catastrophic": 474_000_00,
        "enterprise": 37_800_00,
        "assistance": 50_000_00,
        "charity": 19_100_00,
    }


def test_what_is_decided_case_by_case_is_put_in_and_never_above_what_is_left():
    city = stack_files()["rare-city-one-plus-n"]
    assert paid(city) == {"city": 360_000_00, "charity": 0, "enterprise": 72_000_00}
    assert paid(city, charity=100_000_00)["enterprise"] == 42_000_00
    assert paid(city, charity=900_000_00) == {"city": 360_000_00, "charity": 240_000_00, "enterprise": 0}


def test_the_whole_order_has_the_plan_of_the_portal_in_its_place():
    seven = stack_files()["asthma-seven"]
    assert [layer.code for layer in seven.layers] == [
        *("basic", "catastrophic", "city", "mutual", "enterprise", "assistance", "charity")
    ]
    assert paid(seven)["mutual"] == 11_420_00


GOOD = read_source((STACKS / "birth-defects-four.yaml").read_text("utf-8")).data


def changed(path, value):
    data = copy.deepcopy(GOOD)
    *way, last = path
    here = data
    for part in way:
        here = here[part]
    here[last] = value
    return yaml.safe_dump(data, allow_unicode=True)


BY_HAND = [{"code": code, "name": WORDS, "case_by_case": True} for code in ("a", "b")]


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("layers", 0, "plan"), "her-care", ["layers[0]", "exactly one of"]),
        (("layers", 0, "parameters", "rate", "percent"), "120", ["layers[0].parameters.rate.percent", "above 100"]),
        (("layers", 0, "benefits", 0, "rate", "percent"), "none", ["layers[0].benefits[0].rate.percent", "none"]),
        (("layers", 1), {"code": "x", "name": WORDS, "plan": "none"}, ["layers[1].plan = none is not published"]),
        (("layers", 1, "code"), "basic", ["layers have the same code twice"]),
        (("layers",), [], ["layers"]),
        (("layers",), BY_HAND, ["layers have no terms"]),
        (("line_names",), [WORDS], ["line_names are 1, but the bill has 2 lines"]),
        (("example", "claims"), [], ["example.claims has 0 claims, one is needed"]),
        (("example", "insured", "born"), "soon", ["example.insured.born = soon"]),
        (("surprise",), "1", ["surprise = 1 is not a known field"]),
    ],
)
def test_a_stack_that_does_not_hold_is_refused_with_its_field(path, value, words):
    with pytest.raises(TermsInvalid) as refused:
        parse_stack(changed(path, value), "stack.yaml", catalogue_terms)
    assert all(word in refused.value.problems[0] for word in words), refused.value.problems


def test_a_text_that_is_no_stack_names_the_line():
    with pytest.raises(TermsInvalid, match="the field code stands twice"):
        parse_stack("code: a\ncode: b", "stack.yaml", catalogue_terms)


def test_a_layer_without_any_kind_is_refused():
    layer = {"code": "x", "name": WORDS, "benefits": []}
    with pytest.raises(TermsInvalid, match="exactly one of"):
        parse_stack(changed(("layers", 1), layer), "stack.yaml", catalogue_terms)
