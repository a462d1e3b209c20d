"""Damaged files, generated: always an answer or one clear line, never a traceback."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from apps.plans.errors import CaseMalformed, TermsInvalid
from apps.plans.files import CATALOGUE, catalogue_files, catalogue_terms
from apps.plans.rules import parse_terms
from apps.plans.rules.case_answer import answered
from apps.plans.rules.case_file import parse_case
from apps.plans.rules.checking import problems_of

TESTS = Path(__file__).parents[2]
CASES = [path.read_text("utf-8") for path in sorted((TESTS / "plans" / "cases").glob("*.yaml"))]
TERMS = [path.read_text("utf-8") for path in sorted(CATALOGUE.glob("*.yaml"))]
BITS = [
    "null",
    "true",
    "-1",
    "1e5",
    "[]",
    "{}",
    "~",
    '"',
    "2022-02-30",
    "&a ",
    "*a",
    "!!int ",
    "#",
    "- ",
    ": ",
    "\t",
    "\x00",
    "𠮷",
]


@st.composite
def damaged(draw, texts):
    """A good text with up to three bits put in or pieces taken out."""
    text = draw(st.sampled_from(texts))
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(text)))
        cut = draw(st.integers(0, 6))
        text = text[:place] + draw(st.sampled_from(["", *BITS])) + text[place + cut :]
    return text


def outcome_of_case(text):
    """The answer, or the lines said instead."""
    try:
        return answered(parse_case(text, "case.yaml", catalogue_terms)), []
    except CaseMalformed as error:
        return None, str(error).splitlines()


def outcome_of_terms(text):
    """The terms, or the problems said instead."""
    try:
        return parse_terms(text, "plan.yaml")[0], []
    except TermsInvalid as error:
        return None, error.problems


@settings(max_examples=200, deadline=None)
@given(damaged(CASES))
def test_a_damaged_case_is_answered_or_refused_in_one_line(text):
    answer, said = outcome_of_case(text)
    assert (answer is None) is (len(said) == 1)
    assert all(line.startswith("case.yaml:") for line in said)


@settings(max_examples=100, deadline=None)
@given(damaged(TERMS))
def test_damaged_terms_are_read_or_refused_in_one_line_each(text):
    terms, said = outcome_of_terms(text)
    assert (terms is None) is bool(said)
    assert all(len(problem.splitlines()) == 1 for problem in said)
    assert terms is None or isinstance(problems_of(terms), tuple)


def test_no_plan_is_named_in_the_code():
    """Apart from the demo's story."""
    codes = [file.terms.code for file in catalogue_files()]
    root = CATALOGUE.parents[2]
    files = [path for folder in ("apps", "config") for path in (root / folder).rglob("*.py")]
    assert len(files) > 300
    for path in files:
        text = "" if "demo" in path.parts else path.read_text("utf-8")
        assert not [code for code in codes if code in text], path
