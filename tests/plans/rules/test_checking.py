"""What keeps terms from being published, and the made-up people and claims that prove it."""

import pytest

from apps.plans.files import catalogue_files
from apps.plans.rules.checking import problems_of
from apps.plans.rules.conditions import Context
from apps.plans.rules.sampling import Sample, claimant, meeting, member, missing

from .making import WORDS, benefit, small

NEVER = {"all": [{"sex": "female"}, {"sex": "male"}]}
JOINING = {"reason": "condition", "clause": "1", "says": WORDS}
FILES = [pytest.param(file.terms, id=file.terms.code) for file in catalogue_files()]


def problems(benefits=None, parameters=None, **more):
    more = {"name": {"zh": "字", "en": "Small"}, "offered": False, **more}
    return [str(problem) for problem in problems_of(small(benefits, parameters, **more))]


@pytest.mark.parametrize("terms", FILES)
def test_the_catalogue_has_no_problems(terms):
    assert problems_of(terms) == ()


@pytest.mark.parametrize("terms", FILES)
def test_somebody_may_join_each_plan_and_claim_each_benefit(terms):
    someone = member(terms)
    assert all(joining.condition.holds(someone.context) for joining in terms.joining)
    for one in terms.benefits:
        claiming = claimant(terms, one, someone).context
        assert all(require.condition.holds(claiming) for require in one.scope.requires)


@pytest.mark.parametrize("terms", FILES)
def test_each_condition_of_joining_can_fail(terms):
    for joining in terms.joining:
        other = missing(joining.condition, Sample())
        assert not joining.condition.holds(other.context)


def test_a_joining_that_nobody_meets_is_told_alone():
    assert problems(joining=[{**JOINING, "when": NEVER}]) == [
        "joining is met by nobody: the conditions exclude each other"
    ]


def test_a_condition_that_everybody_meets_cannot_be_missed():
    always = small(joining=[{**JOINING, "when": {"any": [{"sex": "female"}, {"sex": "male"}]}}]).joining[0].condition
    assert missing(always, Sample()) is None


def test_a_question_is_needed_for_what_joining_asks():
    when = {"fact": "basic_insurance", "one_of": ["city"]}
    asks = {"joining": [{**JOINING, "when": when}], "offered": True}
    assert problems(**asks) == ["joining asks for basic_insurance, but no question does"]
    assert problems(**{**asks, "offered": False}) == []


def test_a_price_for_nobody_is_a_problem():
    price = {"amount": "price", "instead": [{"when": NEVER, "amount": "price"}]}
    price["instead"].append({"when": {"sex": "male"}, "amount": "price"})
    assert problems(price=price) == ["price.instead[0].when is never met by anybody who may join"]


def test_a_benefit_that_pays_nobody_is_a_problem():
    never = benefit(scope={"requires": [{"reason": "severity", "when": NEVER}]})
    zero = benefit("free", "lump-sum", amount="none", scope={"events": ["diagnosis"]})
    found = problems([never, zero], {"none": {"amount": "0", "clause": "1"}})
    assert found == [
        "benefits[0] (cover) is never paid: no claim was found that it pays for",
        "benefits[1] (free) is never paid: no claim was found that it pays for",
    ]


def test_a_benefit_behind_one_that_takes_everything_is_a_problem():
    assert problems([benefit("all"), benefit("rest")]) == [
        "benefits[1] (rest) is never paid: no claim was found that it pays for"
    ]


def test_a_rate_for_nobody_is_a_problem():
    rate = {"percent": "half", "instead": [{"when": NEVER, "percent": "half", "says": WORDS}]}
    found = problems([benefit(rate=rate)], {"half": {"percent": "50", "clause": "1"}})
    assert found == ["benefits[0].rate.instead[0].when is never met by anybody who may join"]


def test_a_limit_that_never_acts_is_a_problem():
    limits = [{"per": "visit", "amount": "visit"}, {"per": "year", "amount": "year"}]
    figures = {"visit": {"amount": "600", "clause": "1"}, "year": {"amount": "500", "clause": "2"}}
    assert problems([benefit(limits=limits)], figures) == [
        "benefits[0].limits never come to the visit-limit of 600, the year-limit of 500 acts before"
    ]


BANDS = {"bands": [{"up_to": "100", "percent": "80"}, {"percent": "50"}], "clause": "1"}
AMOUNT = {"amount": "60", "clause": "1"}


@pytest.mark.parametrize("per", ["visit", "day", "item"])
def test_bands_that_fall_before_a_limit_of_one_claim_are_a_problem(per):
    """What is added to a bill that is cut already is not paid, but moves the next bill into a lower band."""
    figures = {"bands": BANDS, "limit": AMOUNT, "year": {"amount": "500", "clause": "1"}}
    limits = [{"per": per, "amount": "limit"}, {"per": "year", "amount": "year"}]
    assert problems([benefit(bands="bands", limits=limits)], figures) == [
        "benefits[0].bands pay a smaller share of higher amounts, and then a limit for each visit, day or item, or a "
        "rate that differs between claims, applies: a higher bill could lower what the year pays"
    ]


@pytest.mark.parametrize("field", ["instead", "raised"])
def test_bands_that_fall_before_a_rate_that_differs_by_claim_are_a_problem(field):
    """The bill paid at the lower rate uses up the good band of the one paid at the higher."""
    figures = {"bands": BANDS, "half": {"percent": "50", "clause": "1"}}
    far = {"when": {"facility": {"areas": ["outside"]}}, "percent": "half", "says": WORDS}
    found = problems([benefit(bands="bands", rate={"percent": "half", field: [far]})], figures)
    assert [text.partition(" ")[0] for text in found] == ["benefits[0].bands"]
    assert problems([benefit(bands="bands", rate={"percent": "half"})], figures) == []


def test_bands_that_rise_may_stand_before_any_limit_and_bands_that_fall_before_one_of_the_year():
    rising = {"bands": [{"up_to": "100", "percent": "50"}, {"percent": "80"}], "clause": "1"}
    for bands, per in ((rising, "visit"), (BANDS, "year")):
        limits = [{"per": per, "amount": "limit"}]
        assert problems([benefit(bands="bands", limits=limits)], {"bands": bands, "limit": AMOUNT}) == []


def test_a_limit_a_visit_beside_one_an_item_is_a_problem():
    """What a costlier item takes of the visit's amount, above its own limit, is missing on the others."""
    limits = [{"per": "visit", "amount": "visit"}, {"per": "item", "amount": "item"}]
    figures = {"visit": AMOUNT, "item": {"amount": "100", "clause": "1"}}
    found = problems([benefit(limits=[*limits])], figures)
    assert [text for text in found if "each visit and for each item" in text] == [
        "benefits[0].limits are for each visit and for each item: a higher bill for one item could lower what is paid "
        "in all; choose one of them"
    ]


def test_texts_stand_in_their_own_language():
    question = {"fact": "basic_insurance", "kind": "choice", "label": WORDS, "help": {"zh": "?", "en": "帮"}}
    question["choices"] = [{"value": "city", "zh": "市", "en": "city"}]
    figures = {"point": {"amount": "1", "clause": "1"}, "most": {"percent": "1", "clause": "1"}}
    figures["walk"] = {"count": "1", "clause": "1"}
    tasks = [{"code": "walk", "name": {"zh": "walk", "en": "walk"}, "points": "walk"}]
    found = problems(
        parameters=figures,
        name={"zh": "Small", "en": "小"},
        questions=[question],
        points={"worth": "point", "at_most": "most", "tasks": tasks},
        services=[{"zh": "no", "en": "no"}],
    )
    assert found == [
        "name.zh has no Chinese",
        "name.en is not English",
        "questions[0].help.zh has no Chinese",
        "questions[0].help.en is not English",
        "points.tasks[0].name.zh has no Chinese",
        "services[0].zh has no Chinese",
    ]


EXAMPLE = {
    "insured": {"born": "1990-01-01", "sex": "male"},
    "policy": {"start": "2022-01-01", "end": "2022-12-31"},
}


@pytest.mark.parametrize(
    ("case", "problem"),
    [
        (EXAMPLE, "examples[0].case is paid nothing, so it explains nothing"),
        ({"insured": "?"}, "examples[0].case cannot be decided: insured = ? is not a set of fields"),
        ({**EXAMPLE, "parameters": {"price": "-1"}}, "examples[0].case is paid nothing, so it explains nothing"),
    ],
)
def test_an_example_shows_something(case, problem):
    assert problems(examples=[{"title": WORDS, "case": case}]) == [problem]


@pytest.mark.parametrize(
    "when",
    [
        {"age": {"from": "years"}},
        {"age": {"to": "days"}},
        {"age": {"from": "days", "to": "years"}},
        {"fact": "breast_surgery", "years_before_start": "years"},
        {"fact": "screening.date", "days_before_start": "days"},
        {"fact": "screening.result", "one_of": ["negative"]},
        {"fact": "progressed", "by_service": True},
        {"fact": "progressed", "days_after_start": "days"},
        {"fact": "markers", "includes": ["ALK+"]},
        {"fact": "conditions", "has": ["J45"]},
        {"fact": "fibroid_cm", "below": "size"},
        {"fact": "fibroid_cm", "at_least": "size"},
        {"fact": "birth_defect_child", "is": True},
        {"not": {"facility": {"levels": ["tertiary"], "areas": ["local"]}}},
        {"not": {"any": [{"sex": "female"}, {"fact": "conditions", "has": ["J45"], "missing": "passes"}]}},
    ],
)
def test_both_sides_of_a_condition_are_found(when):
    figures = {
        "years": {"years": "8", "clause": "1"},
        "days": {"days": "3000", "clause": "1"},
        "size": {"number": "5", "clause": "1"},
    }
    condition = small(parameters=figures, joining=[{**JOINING, "when": when}]).joining[0].condition
    met, missed = meeting(condition, Sample()), missing(condition, Sample())
    assert condition.holds(Context(met.insured, met.policy, met.claim))
    assert not condition.holds(Context(missed.insured, missed.policy, missed.claim))


def test_the_search_for_a_sample_ends():
    """Ten choices of which each can be made in many ways, and one that cannot be made at all."""
    choices = [{"any": [{"fact": "birads", "at_most": str(most)} for most in range(6)]} for _ in range(10)]
    condition = small(joining=[{**JOINING, "when": {"all": [*choices, NEVER]}}]).joining[0].condition
    assert meeting(condition, Sample()) is None


def test_a_place_that_no_rule_allows_is_not_found():
    places = [{"facility": {"levels": [level]}} for level in ("tertiary", "primary")]
    condition = small(joining=[{**JOINING, "when": {"all": places}}]).joining[0].condition
    assert meeting(condition, Sample()) is None


def test_an_age_below_nothing_is_not_tried():
    figures = {"none": {"years": "0", "clause": "1"}}
    condition = small(parameters=figures, joining=[{**JOINING, "when": {"age": {"to": "none"}}}]).joining[0].condition
    assert meeting(condition, Sample()).born == Sample().policy.start


def test_a_fact_can_be_forgotten():
    assert Sample(facts={"hpv": "negative"}).knowing("hpv", None).facts == {}
