"""What is wrong with terms is said in the reader's language; names of fields and values stay as they are written."""

import re

import pytest
from django.utils.translation import gettext, override

from apps.core.errors import Told
from apps.core.http import say
from apps.plans.errors import TermsInvalid
from apps.plans.files import catalogue_terms
from apps.plans.rules import load_terms
from apps.plans.rules.case_file import case_of
from apps.plans.rules.checking import checked, problems_of
from apps.plans.rules.faults import Fault
from apps.plans.rules.source import read_source

from .rules import test_malformed_cases as cases
from .rules import test_malformed_terms as terms
from .rules.making import WORDS, benefit, small
from .rules.test_checking import EXAMPLE, JOINING, NEVER

PLACE = re.compile(r"%\(\w+\)s")
LATIN = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
WRITTEN_SO = {"one_of", "has", "at_most", "from", "to", "zh", "en", "own", "true", "false", "kind", "event"}
WRITTEN_SO |= {"ICD-10", "C00-C97", "YAML"}
"""Fields, values and proper names that are the same in every language."""


def texts(told):
    """Every msgid in a text, and in the texts inside it."""
    inner = [text for value in told.params.values() if isinstance(value, Told) for text in texts(value)]
    return [told.message, *inner]


def values(told):
    """What stands in a text as it was written."""
    parts = told.params.values()
    return [word for part in parts for word in (values(part) if isinstance(part, Told) else [str(part)])]


def assert_is_told_in_chinese(told):
    with override("zh-hans"):
        said = say(told)
        bare = [PLACE.sub("", gettext(text)) for text in texts(told)]
    assert all(value in said for value in values(told)), said
    assert any(CHINESE.search(text) for text in bare), said
    assert {word for text in bare for word in LATIN.findall(text)} <= WRITTEN_SO, said
    with override("en"):
        assert say(told) == str(told)


@pytest.mark.parametrize("written", [written for written, _ in terms.MALFORMED], ids=lambda item: str(item)[-60:])
def test_every_fault_of_terms_can_be_said_in_chinese(written):
    with pytest.raises(TermsInvalid) as refused:
        load_terms(written)
    assert_is_told_in_chinese(refused.value)


@pytest.mark.parametrize(("path", "value", "_words"), cases.MALFORMED, ids=lambda item: str(item)[:60])
def test_every_fault_of_a_case_can_be_said_in_chinese(path, value, _words):
    source = read_source(cases.text_of(cases.case_with(path, value)))
    with pytest.raises((Fault, TermsInvalid)) as refused:
        case_of(source.data, catalogue_terms)
    assert_is_told_in_chinese(refused.value)


LIMITS = [{"per": per, "amount": per} for per in ("visit", "item", "year")]
FIGURES = {per: {"amount": amount, "clause": "1"} for per, amount in (("visit", 9), ("item", 7), ("year", 5))}


@pytest.mark.parametrize(
    ("plan", "count"),
    [
        ({"joining": [{**JOINING, "when": NEVER}]}, 1),
        ({"price": {"amount": "price", "instead": [{"when": NEVER, "amount": "price"}]}}, 1),
        ({"benefits": [benefit("all"), benefit("rest")]}, 1),
        ({"benefits": [benefit(limits=LIMITS)], "parameters": FIGURES}, 3),
        ({"services": [{"zh": "no", "en": "不"}]}, 2),
        ({"joining": [{**JOINING, "when": {"fact": "hpv", "one_of": ["negative"]}}], "offered": True}, 1),
        ({"examples": [{"title": WORDS, "case": case} for case in (EXAMPLE, {"insured": "?"})]}, 2),
        ({"examples": [{"title": WORDS, "case": {**EXAMPLE, "policy": {}}}]}, 1),
    ],
    ids=["nobody", "price", "benefit", "limits", "texts", "question", "examples", "nested"],
)
def test_what_keeps_terms_from_being_published_can_be_said_in_chinese(plan, count):
    found = problems_of(small(**{"name": {"zh": "字", "en": "Small"}, "offered": False, **plan}))
    assert len(found) == count
    for fault in found:
        assert_is_told_in_chinese(fault)


@pytest.mark.parametrize("text", ["", "plan: a\nplan: b", "plan: [a", "[1]: a", "a: &a [*a]"])
def test_a_text_that_is_no_data_can_be_said_in_chinese(text):
    (problem, *_) = checked(text).problems
    assert_is_told_in_chinese(problem.says)


def test_a_fault_in_chinese_reads_as_one_sentence():
    wrong = {"insured": {"born": "2014-03-01", "sex": "f"}, "policy": {"start": "2022-01-01", "end": "2022-12-31"}}
    (fault,) = problems_of(
        small(name={"zh": "字", "en": "S"}, offered=False, examples=[{"title": WORDS, "case": wrong}])
    )
    with override("zh-hans"):
        assert say(fault) == ("examples[0].case 无法审核：insured.sex = f 不在可选值之中：'female' 或 'male'")
