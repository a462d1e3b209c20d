"""Terms that do not hold together are refused with file, line and field in words."""

import pytest

from apps.plans.errors import TermsInvalid
from apps.plans.rules import load_terms, parse_terms
from apps.plans.rules.checking import problems_of

from .making import WORDS, benefit, data, small

AMOUNT = {"one": {"amount": "1.00", "clause": "1"}}
SAYS = {"reason": "age", "clause": "1", "says": WORDS}
LUMP = {"pays": "lump-sum", "amount": "one", "scope": {"events": ["diagnosis"]}}


def joining(when, **more):
    return data(parameters=AMOUNT, joining=[{**SAYS, "when": when, **more}])


TWO = {
    **AMOUNT,
    "two": {"amount": "2.00", "clause": "2"},
    "steps": {"amounts": ["1.00", "1.00"], "clause": "3"},
}


def yearly(pool, amount="one"):
    return {"per": "year", "amount": amount, "pool": pool}


DAILY = {**yearly("p"), "per": "day"}
GRADES = {**AMOUNT, "two": {"percents": ["100", "90"], "clause": "2"}}


def shared(one, other):
    """Two benefits that share a yearly limit."""
    return data(
        [
            benefit("a", limits=[{"per": "year", "pool": "p", **one}]),
            benefit("b", limits=[{"per": "year", "pool": "p", **other}]),
        ],
        TWO,
    )


ONE_TASK = {"code": "walk", "name": WORDS, "points": "two_points"}
POINTS = {"worth": "one", "at_most": "fifth", "tasks": [ONE_TASK]}


def points(**changes):
    """A plan with points, some field of theirs changed."""
    figures = {
        **AMOUNT,
        "two_points": {"count": "2", "clause": "4"},
        "fifth": {"percent": "20", "clause": "4"},
        "nothing": {"amount": "0", "clause": "4"},
        "no_percent": {"percent": "0", "clause": "4"},
        "no_points": {"count": "0", "clause": "4"},
    }
    return data(parameters=figures, points={**POINTS, **changes})


MALFORMED = [
    (points(tasks=[]), ["points.tasks", "empty"]),
    (points(tasks=[{**ONE_TASK, "name": "walk"}]), ["points.tasks[0].name", "not a set of fields"]),
    (points(tasks=[ONE_TASK, ONE_TASK]), ["points.tasks[1].code", "walk", "stands twice"]),
    (points(tasks=[{**ONE_TASK, "points": "one"}]), ["points.tasks[0].points", "one", "amount", "count"]),
    (points(tasks=[{**ONE_TASK, "points": "no_points"}]), ["points.tasks[0].points", "no_points", "0", "more"]),
    (points(worth="none"), ["points.worth", "none", "names no parameter"]),
    (points(worth="nothing"), ["points.worth", "nothing", "0", "more"]),
    (points(at_most="one"), ["points.at_most", "one", "amount", "percent"]),
    (points(at_most="no_percent"), ["points.at_most", "no_percent", "0", "more"]),
    (points(badge="gold"), ["points.badge", "not a known field"]),
    (data(surprise="1"), ["surprise", "not a known field"]),
    (data(code="Not A Code"), ["code", "Not A Code", "allowed form"]),
    (data(name={"zh": "字"}), ["name.en", "missing"]),
    (data(name={"zh": "字", "en": ""}), ["name.en", "empty"]),
    (data(name="x"), ["name", "not a set of fields"]),
    (data(disease_family="flu"), ["disease_family", "flu"]),
    (data(priority="first"), ["priority", "first", "whole number"]),
    (data(offered="often"), ["offered", "often", "true nor false"]),
    (data(valid={"from": "soon"}), ["valid.from", "soon", "date"]),
    (data(valid={}), ["valid.from", "missing"]),
    (data(parameters={"Big One": {"amount": "1", "clause": "1"}}), ["parameters", "Big One"]),
    (data(parameters={"a": {"clause": "1"}}), ["parameters.a", "exactly one of"]),
    (data(parameters={"a": {"amount": "1", "days": "1", "clause": "1"}}), ["parameters.a", "exactly one of"]),
    (data(parameters={"a": {"amount": "1"}}), ["parameters.a.clause", "missing"]),
    (data(parameters={"a": {"amount": "-1", "clause": "1"}}), ["parameters.a.amount", "-1", "negative"]),
    (data(parameters={"a": {"amount": "1.234", "clause": "1"}}), ["parameters.a.amount", "1.234"]),
    (data(parameters={"a": {"percent": "101", "clause": "1"}}), ["parameters.a.percent", "101", "above 100"]),
    (data(parameters={"a": {"percent": "half", "clause": "1"}}), ["parameters.a.percent", "half"]),
    (data(parameters={"a": {"days": "-3", "clause": "1"}}), ["parameters.a.days", "-3"]),
    (data(parameters={"a": {"days": "73001", "clause": "1"}}), ["parameters.a.days", "73001", "200 years"]),
    (data(parameters={"a": {"years": "201", "clause": "1"}}), ["parameters.a.years", "201", "200 years"]),
    (data(valid={"from": "9999-12-31"}), ["valid.from", "9999-12-31", "between the years 1800 and 2400"]),
    (joining({"fact": "progressed", "days_after_start": "9.5"}), ["days_after_start", "9.5", "whole number"]),
    (joining({"fact": "progressed", "days_after_start": "none"}), ["days_after_start", "none", "no parameter"]),
    (data(parameters={"a": {"codes": "R03", "clause": "1"}}), ["parameters.a.codes", "R03", "not a list"]),
    (data(parameters={"a": {"amounts": [], "clause": "1"}}), ["parameters.a.amounts", "empty"]),
    (data(parameters={"a": {"bands": [{"up_to": "1"}], "clause": "1"}}), ["parameters.a.bands[0].percent", "missing"]),
    (data(price={"amount": "nothing"}), ["price.amount", "nothing", "no parameter"]),
    (
        data(price={"amount": "w"}, parameters={"w": {"days": "1", "clause": "1"}}),
        ["price.amount", "w", "days", "amount"],
    ),
    (data(waiting_days="price"), ["waiting_days", "price", "amount", "days"]),
    (data(overall_limits=["none"]), ["overall_limits[0]", "none"]),
    (data(benefits=[]) | {"benefits": []}, ["benefits", "empty"]),
    (data([benefit(), benefit()]), ["benefits[1].code", "cover", "twice"]),
    (data([benefit(pays="gift")]), ["benefits[0]", "gift"]),
    (data([{"code": "x"}]), ["benefits[0]", "does not say which kind"]),
    (data([benefit(rate={"percent": "none"})]), ["benefits[0].rate.percent", "none"]),
    (data([benefit(rate={"percent": "one"})], AMOUNT), ["benefits[0].rate.percent", "one", "percent is needed"]),
    (
        data([benefit(rate={"percent": "p", "raised": [{"when": {"sex": "x"}, "percent": "p"}]})]),
        ["raised[0].when.sex", "x"],
    ),
    (data([benefit(deductible={"per": "week", "amount": "one"})]), ["benefits[0].deductible.per", "week"]),
    (data([benefit(deductible={"per": "year", "amount": "no"})]), ["benefits[0].deductible.amount", "no"]),
    (data([benefit(limits=[{"per": "year", "amount": "no"}])]), ["benefits[0].limits[0].amount", "no"]),
    (data([benefit(limits=[{"per": "week", "amount": "one"}])]), ["benefits[0].limits[0].per", "week"]),
    (data([benefit(bands="one")], AMOUNT), ["benefits[0].bands", "one", "bands"]),
    (
        data([benefit(bands="b")], {"b": {"bands": [{"up_to": "1", "percent": "1"}], "clause": "1"}}),
        ["bands", "without an end"],
    ),
    (
        data([benefit(bands="b")], {"b": {"bands": [{"percent": "1"}, {"percent": "1"}], "clause": "1"}}),
        ["benefits[0].bands", "rise"],
    ),
    (data([benefit(scope={"kinds": ["event"]})]), ["benefits[0].scope.kinds[0]", "event"]),
    (data([benefit(scope={"events": ["diagnosis"]})]), ["benefits[0].scope.events", "lump sums"]),
    (data([benefit(**{**LUMP, "scope": {}})], AMOUNT), ["benefits[0].scope.events", "lump sums"]),
    (data([benefit(**{**LUMP, "scope": {"events": ["wedding"]}})], AMOUNT), ["scope.events[0]", "wedding"]),
    (data([benefit(**LUMP, share="one")], AMOUNT), ["benefits[0].share", "one"]),
    (data([benefit(**LUMP, by_grade="one")], AMOUNT), ["benefits[0].by_grade", "one"]),
    (data([benefit(pays="allowance", per_night="no")]), ["benefits[0].per_night", "no"]),
    (data([benefit(scope={"diagnosis": "no"})]), ["benefits[0].scope.diagnosis", "no"]),
    (data([benefit(scope={"formulary": "price"})]), ["benefits[0].scope.formulary", "price", "codes"]),
    (data([benefit(scope={"waiting_days": "price"})]), ["benefits[0].scope.waiting_days", "price"]),
    (data([benefit(scope={"catalogue": "both"})]), ["benefits[0].scope.catalogue", "both"]),
    (
        data([benefit(scope={"requires": [{"reason": "luck", "when": {"sex": "male"}}]})]),
        ["requires[0].reason", "luck"],
    ),
    (data([benefit(scope={"facility": {"levels": ["huge"]}})]), ["scope.facility.levels[0]", "huge"]),
    (joining({"sex": "male"}, reason="mood"), ["joining[0].reason", "mood"]),
    (data(parameters=AMOUNT, paying={"schedules": ["monthly", "monthly"]}), ["paying.schedules[1]", "stands twice"]),
    (joining({"age": {}}), ["joining[0].when.age", "from, to or both"]),
    (joining({"age": {"from": "one"}}), ["joining[0].when.age.from", "one", "years or days"]),
    (joining({"weather": "fine"}), ["joining[0].when", "does not say which kind"]),
    (joining("always"), ["joining[0].when", "does not say which kind"]),
    (joining({"fact": "shoe_size", "at_most": "3"}), ["joining[0].when.fact", "shoe_size"]),
    (joining({"fact": "birads"}), ["joining[0].when", "exactly one comparison"]),
    (joining({"fact": "birads", "at_most": "3", "at_least": "1"}), ["joining[0].when", "exactly one comparison"]),
    (joining({"fact": "birads", "at_most": "no"}), ["joining[0].when.at_most", "no"]),
    (joining({"fact": "birads", "equals": "3"}), ["joining[0].when.equals", "not a known field"]),
    (joining({"fact": "roster", "one_of": "no"}), ["joining[0].when.one_of", "no"]),
    (joining({"any": []}), ["joining[0].when.any", "empty"]),
    (joining({"all": [{"not": {"fact": "x", "is": True}}]}), ["joining[0].when.all[0].not.fact", "x"]),
    (data(questions=[{"fact": "x", "kind": "date", "label": WORDS}]), ["questions[0].fact", "x"]),
    (data(questions=[{"fact": "hpv", "kind": "choice", "label": WORDS}]), ["questions[0].choices", "missing"]),
    (data(questions=[{"fact": "birads", "kind": "number", "label": WORDS}] * 2), ["questions[1].fact", "twice"]),
    (joining({"fact": "roster", "at_most": "3"}), ["joining[0].when.at_most", "roster", "a word"]),
    (joining({"fact": "birads", "one_of": ["3"]}), ["joining[0].when.one_of", "birads", "a number"]),
    (joining({"fact": "conditions", "by_service": True}), ["when.by_service", "a list of diagnoses"]),
    (joining({"fact": "screening", "is": True}), ["joining[0].when.fact", "screening"]),
    (joining({"fact": "hpv", "one_of": ["unknown"]}), ["joining[0].when.one_of", "unknown", "negative, positive"]),
    (data(questions=[{"fact": "hpv", "kind": "date", "label": WORDS}]), ["questions[0].kind", "date", "hpv"]),
    (
        data(questions=[{"fact": "hpv", "kind": "choice", "label": WORDS, "choices": [{"value": "x", **WORDS}]}]),
        ["questions[0].choices[0].value", "x"],
    ),
    (
        data(questions=[{"fact": "conditions", "kind": "multi", "label": WORDS, "choices": [{"value": "9", **WORDS}]}]),
        ["questions[0].choices[0].value", "9", "ICD-10"],
    ),
    (shared({"amount": "one"}, {"amount": "two"}), ["benefits[1].limits", "the year limit p", "not its amount"]),
    (shared({"amount": "one"}, {"amount": "steps"}), ["benefits[1].limits", "not its amount"]),
    (
        data([benefit(limits=[{"per": "year", "amount": "one", "pool": "p"}] * 2)], TWO),
        ["benefits[0].limits", "the year limit p twice"],
    ),
    (
        data([benefit(limits=[{"per": per, "amount": "one"} for per in ("day", "item")])], TWO),
        ["benefits[0].limits", "for a day and for an item"],
    ),
    (
        data([benefit("a", limits=[DAILY, yearly(None)]), benefit("b", limits=[DAILY])], TWO),
        ["benefits[0].limits", "share the day limit p with b", "but not the year limit a"],
    ),
    (
        data([benefit(pays="lump-sum", amount="one", by_grade="two", scope=LUMP["scope"])], GRADES),
        ["benefits[0].by_grade", "2 shares", "10 grades"],
    ),
    (data([benefit(scope={"diagnosis": ["J45", "asthma"]})]), ["benefits[0].scope.diagnosis", "asthma", "ICD-10"]),
    (joining({"fact": "conditions", "has": ["cancer"]}), ["joining[0].when.has", "cancer", "ICD-10"]),
    (
        data(
            [
                benefit("a", limits=[yearly("p"), yearly("q")]),
                benefit("b", limits=[yearly("q"), yearly("p")]),
            ],
            TWO,
        ),
        ["benefits", "the year limit p", "the year limit q", "different orders"],
    ),
    (data(summary={"zh": "{none}", "en": "{none}"}), ["summary", "{none}"]),
    (data(summary={"zh": "{price}", "en": "free"}), ["summary", "different parameters"]),
    (data(summary={"zh": "{", "en": "x"}), ["summary", "brace"]),
    (
        data(entitlements=[{"code": "e", "name": WORDS, "clause": "1", "count": "price"}]),
        ["entitlements[0].count", "price"],
    ),
]


@pytest.mark.parametrize(("written", "words"), MALFORMED, ids=lambda item: str(item)[-60:])
def test_a_fault_is_told_in_one_line_with_its_field(written, words):
    with pytest.raises(TermsInvalid) as refused:
        load_terms(written)
    problem = refused.value.problems[0]
    assert all(word in problem for word in words), problem
    assert "\n" not in problem


def test_every_fault_of_form_is_told_at_once():
    with pytest.raises(TermsInvalid) as refused:
        load_terms(data(priority="x", disease_family="y"))
    assert len(refused.value.problems) == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("code: a\ncode: b", ["plan.yaml", ":2:", "code", "twice"]),
        ("code: a\nversion: 1\nname: x", ["plan.yaml:3", "name"]),
        ("", ["plan.yaml:1", "the document"]),
    ],
)
def test_a_file_names_the_line(text, words):
    with pytest.raises(TermsInvalid) as refused:
        parse_terms(text, "plan.yaml")
    said = refused.value.problems
    assert any(all(word in problem for word in words) for problem in said), said


def test_an_offered_plan_asks_for_every_fact_it_needs():
    needs = {**SAYS, "reason": "screening", "when": {"fact": "screening.result", "one_of": ["negative"]}}
    assert [str(fault) for fault in problems_of(small(joining=[needs]))] == [
        "joining asks for screening, but no question does"
    ]
    assert problems_of(small(joining=[needs], offered=False)) == ()
    asked = {"fact": "screening", "kind": "screening", "label": WORDS}
    assert problems_of(small(joining=[needs], questions=[asked])) == ()


def test_a_fault_in_the_middle_of_an_example_is_told():
    terms = small(examples=[{"title": WORDS, "case": {"parameters": {"none": "1"}}}])
    assert "examples[0].case" in str(problems_of(terms)[0])
