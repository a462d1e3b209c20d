"""A malformed case gives one clear line that names the field and the offending value, never a traceback."""

import copy

import pytest

from apps.plans.errors import CaseMalformed
from apps.plans.files import catalogue_terms
from apps.plans.rules.case_file import parse_case

GOOD = {
    "plan": "asthma-road-to-health",
    "insured": {"born": "2014-03-01", "sex": "male", "facts": {"conditions": ["J45.9"]}},
    "policy": {"start": "2022-01-01", "end": "2022-12-31"},
    "claims": [
        {
            "id": "a",
            "kind": "inpatient",
            "date": "2022-05-03",
            "discharged": "2022-05-09",
            "diagnosis": "J46",
            "lines": [{"category": "bed", "billed": "100.00"}],
        },
        {"id": "b", "kind": "event", "event": "disability", "grade": "3", "date": "2022-06-01", "diagnosis": "S88.1"},
    ],
}
GONE = "(gone)"  # a word, so that every test process names the test alike


def case_with(path, value):
    """The good case with one field replaced or taken away."""
    case = copy.deepcopy(GOOD)
    here = case
    for part in path[:-1]:
        here = here.setdefault(part, {}) if isinstance(here, dict) else here[part]
    if value is GONE:
        del here[path[-1]]
    else:
        here[path[-1]] = value
    return case


def text_of(value):
    """Plain data as flow YAML, scalars unquoted so that they are read as written."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {text_of(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(text_of, value)) + "]"
    return str(value)


LINE = ("claims", 0, "lines", 0)
MALFORMED = [
    (("plan",), "no-such-plan", ["plan", "no-such-plan", "not published"]),
    (("plan",), GONE, ["plan", "missing"]),
    (("version",), "1999", ["version", "1999"]),
    (("surprise",), "1", ["surprise", "not a known field"]),
    (("insured",), GONE, ["insured", "missing"]),
    (("insured",), "[]", ["insured", "not a set of fields"]),
    (("insured", "born"), "2014-02-30", ["insured.born", "2014-02-30", "calendar"]),
    (("insured", "born"), "1.3.2014", ["insured.born", "1.3.2014", "2022-03-01"]),
    (("insured", "born"), "2022-01-02", ["insured.born", "2022-01-02", "after"]),
    (("insured", "sex"), "f", ["insured.sex", "'female' or 'male'"]),
    (("insured", "age"), "3", ["insured.age", "not a known field"]),
    (("insured", "facts", "shoe_size"), "38", ["insured.facts.shoe_size", "38"]),
    (("insured", "facts", "conditions"), "J45", ["insured.facts.conditions", "J45", "not a list"]),
    (("insured", "facts", "conditions"), "[asthma]", ["insured.facts.conditions", "asthma", "ICD-10"]),
    (("insured", "facts", "hoehn_yahr"), "6", ["insured.facts.hoehn_yahr", "6", "between 1 and 5"]),
    (("insured", "facts", "hoehn_yahr"), "two", ["insured.facts.hoehn_yahr", "two", "not a number"]),
    (("insured", "facts", "hoehn_yahr"), "nan", ["insured.facts.hoehn_yahr", "nan", "not a number"]),
    (("insured", "facts", "birads"), "7", ["insured.facts.birads", "7"]),
    (("insured", "facts", "brain_screening"), "passed", ["insured.facts.brain_screening", "passed", "pass, fail"]),
    (("insured", "facts", "screening"), "negative", ["insured.facts.screening", "negative", "result and a date"]),
    (("insured", "facts", "screening"), "{result: neg, date: 2021-11-01}", ["insured.facts.screening", "neg"]),
    (("insured", "facts", "screening"), "{result: negative, date: x}", ["insured.facts.screening", "date"]),
    (("insured", "facts", "screening"), "{date: 2021-11-01}", ["insured.facts.screening", "result and a date"]),
    (("insured", "facts", "screening"), "{result: negative, by: me}", ["insured.facts.screening", "by"]),
    (("insured", "facts", "benign_pathology"), "maybe", ["insured.facts.benign_pathology", "maybe", "true nor false"]),
    (("insured", "facts", "roster"), "''", ["insured.facts.roster", "not a text"]),
    (("insured", "facts", "nsclc_stage"), "V", ["insured.facts.nsclc_stage", "V"]),
    (("policy", "end"), "9999-12-31", ["policy.end", "9999-12-31", "between the years 1800 and 2400"]),
    (("policy", "start"), "2022-13-01", ["policy.start", "2022-13-01"]),
    (("policy", "end"), "2021-12-31", ["policy.end", "2021-12-31", "before the start"]),
    (("policy", "renewed_years"), "-1", ["policy.renewed_years", "-1"]),
    (("policy", "renewed_years"), "1.5", ["policy.renewed_years", "1.5"]),
    (("policy", "renewed_years"), "true", ["policy.renewed_years", "true"]),
    (("parameters",), "{colour: 1}", ["parameters.colour"]),
    (("parameters",), "{drug_visit_limit: many}", ["parameters.drug_visit_limit", "many"]),
    (("parameters",), "{drug_visit_limit: 1.005}", ["parameters.drug_visit_limit", "1.005", "two decimals"]),
    (("parameters",), "{drug_list: R03}", ["parameters.drug_list", "R03", "not a list"]),
    (("claims",), "{}", ["claims", "not a list"]),
    (("claims", 0, "id"), "b", ["claims[1].id", "b", "twice"]),
    (("claims", 0, "id"), GONE, ["claims[0].id", "missing"]),
    (("claims", 0, "kind"), "dental", ["claims[0].kind", "dental"]),
    (("claims", 0, "kind"), "outpatient", ["claims[0].discharged", "2022-05-09", "inpatient"]),
    (("claims", 0, "date"), GONE, ["claims[0].date", "missing"]),
    (("claims", 0, "date"), "yesterday", ["claims[0].date", "yesterday"]),
    (("claims", 0, "date"), "2013-01-01", ["claims[0].date", "2013-01-01", "birth"]),
    (("claims", 0, "discharged"), "2022-05-02", ["claims[0].discharged", "2022-05-02", "2022-05-03"]),
    (("claims", 0, "discharged"), GONE, ["claims[0].discharged", "missing"]),
    (("claims", 0, "event"), "disability", ["claims[0].event", "disability", "kind event"]),
    (("claims", 0, "grade"), "3", ["claims[0].grade", "3", "disability"]),
    (("claims", 0, "severity"), "bad", ["claims[0].severity", "bad"]),
    (("claims", 0, "diagnosis"), "asthma", ["claims[0].diagnosis", "asthma", "ICD-10"]),
    (("claims", 0, "facility"), "{level: local}", ["claims[0].facility.level", "local"]),
    (("claims", 0, "facility"), "{area: moon}", ["claims[0].facility.area", "moon"]),
    (("claims", 0, "paid_before"), "{basic: 100.01}", ["claims[0].paid_before.basic", "100.01", "above"]),
    (("claims", 0, "paid_before"), "{basic: 60, city: 40.01}", ["claims[0].paid_before.city", "40.01", "40.00"]),
    (("claims", 0, "paid_before"), "{own: 1}", ["claims[0].paid_before", "own"]),
    (("claims", 0, "paid_before"), "{basic: -1}", ["claims[0].paid_before.basic", "-1", "negative"]),
    (("claims", 0, "paid_before"), "10", ["claims[0].paid_before", "10", "not a set of fields"]),
    (LINE, "{category: tea, billed: 1}", ["claims[0].lines[0].category", "tea"]),
    (LINE, "{billed: 1}", ["claims[0].lines[0].category", "missing"]),
    (LINE, "{category: bed}", ["claims[0].lines[0].billed", "missing"]),
    (LINE, "{category: bed, billed: -100.00}", ["claims[0].lines[0].billed", "-100.00", "negative"]),
    (LINE, "{category: bed, billed: 1e3}", ["claims[0].lines[0].billed", "1e3"]),
    (LINE, "{category: bed, billed: 1_000}", ["claims[0].lines[0].billed", "1_000"]),
    (LINE, "{category: bed, billed: .inf}", ["claims[0].lines[0].billed", ".inf"]),
    (LINE, "{category: bed, billed: 1.999}", ["claims[0].lines[0].billed", "1.999", "two decimals"]),
    (LINE, "{category: bed, billed: lots}", ["claims[0].lines[0].billed", "lots", "not an amount"]),
    (LINE, "{category: bed, billed: true}", ["claims[0].lines[0].billed", "true", "not an amount"]),
    (LINE, "{category: bed, billed: }", ["claims[0].lines[0].billed", "missing"]),
    (LINE, "{category: bed, billed: 1, price: null}", ["claims[0].lines[0].price", "not a known field"]),
    (LINE, "{category: bed, billed: 1, price: 1}", ["claims[0].lines[0].price", "not a known field"]),
    (LINE, "{category: bed, billed: 1, catalogue: inside}", ["claims[0].lines[0].catalogue", "inside"]),
    (LINE, "{category: bed, billed: 1, paid_before: {basic: 2}}", ["claims[0].lines[0].paid_before.basic", "2.00"]),
    (("claims", 1, "event"), "wedding", ["claims[1].event", "wedding"]),
    (("claims", 1, "event"), GONE, ["claims[1].event", "missing"]),
    (("claims", 1, "grade"), "0", ["claims[1].grade", "0", "between 1 and 10"]),
    (("claims", 1, "grade"), "11", ["claims[1].grade", "11"]),
    (("claims", 1, "grade"), "x", ["claims[1].grade", "x"]),
    (("claims", 1, "grade"), GONE, ["claims[1].grade", "missing"]),
    (("claims", 1, "lines"), "[{category: bed, billed: 1}]", ["claims[1].lines", "event"]),
]


def said_about(text):
    with pytest.raises(CaseMalformed) as refused:
        parse_case(text, "case.yaml", catalogue_terms)
    return str(refused.value)


def test_the_good_case_is_good():
    assert len(parse_case(text_of(GOOD), "case.yaml", catalogue_terms).claims) == 2


@pytest.mark.parametrize(("path", "value", "words"), MALFORMED, ids=lambda item: str(item)[:60])
def test_one_line_names_the_field_and_the_value(path, value, words):
    said = said_about(text_of(case_with(path, value)))
    assert said.startswith("case.yaml:1: ")
    assert all(word in said for word in words), said
    assert "\n" not in said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["the document", "null"]),
        ("just words", ["the document", "just words"]),
        ("plan: a\nplan: b", [":2:", "plan", "twice"]),
        ("plan: [a", [":1:"]),
        ("plan: a\n\tb: c", [":2:"]),
        ("[1]: a", [":1:", "field name"]),
        ("plan: \x07", ["not YAML"]),
        ("a: &a [*a]", ["nested too deeply"]),
        ("a: " + "[" * 100 + "]" * 100, ["nested too deeply"]),
        ("--- a\n--- b", [":2:"]),
    ],
)
def test_text_that_is_no_case_gives_one_line(text, words):
    said = said_about(text)
    assert all(word in said for word in words), said
    assert "\n" not in said


def test_an_explosion_of_aliases_is_stopped():
    levels = [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 9)]
    said = said_about("\n".join(["l0: &l0 [x, x, x, x, x, x, x, x, x, x]", *levels]))
    assert "too large" in said


def test_the_line_of_the_field_is_named():
    text = "plan: asthma-road-to-health\ninsured:\n  born: 2014-03-01\n  sex: x\npolicy: {}\n"
    assert said_about(text).startswith("case.yaml:4: insured.sex")


@pytest.mark.parametrize(
    ("written", "fen"), [("100", 10000), ("100.5", 10050), ("100.05", 10005), ("0", 0), ("'7.00'", 700), ("007", 700)]
)
def test_amounts_are_read_as_written(written, fen):
    case = case_with(LINE, f"{{category: bed, billed: {written}}}")
    assert parse_case(text_of(case), "c", catalogue_terms).claims[0].lines[0].billed_fen == fen


def test_empty_fields_count_as_left_out():
    case = case_with(("claims", 0, "severity"), "null")
    case["claims"][0]["paid_before"] = "~"
    case["insured"]["facts"] |= {"markers": "null", "screening": {"result": "negative"}}
    case["parameters"] = case["claims"][0]["lines"] = case["claims"][0]["facility"] = "null"
    read = parse_case(text_of(case), "c", catalogue_terms)
    assert read.claims[0].severity is None
    assert (read.claims[0].paid_before, read.claims[0].lines) == ({}, ())
    assert "markers" not in read.insured.facts
    assert read.insured.facts["screening"] == {"result": "negative"}
