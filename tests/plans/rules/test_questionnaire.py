"""The questionnaire that terms generate, and the facts its answers give."""

from datetime import date

import pytest

from apps.plans.errors import AnswerInvalid
from apps.plans.rules import Insured, Policy, assess_enrolment, facts_from_answers, questions

from .making import ANYONE, WORDS, plan, small, woman

CHOICES = [{"value": "negative", "zh": "阴性", "en": "Negative"}]
ASKED = [
    {"fact": "hpv", "kind": "choice", "label": WORDS, "choices": CHOICES},
    {"fact": "markers", "kind": "multi", "label": WORDS, "choices": [{"value": "ALK+", "zh": "A", "en": "A"}]},
    {"fact": "benign_pathology", "kind": "yes_no", "label": WORDS},
    {"fact": "progressed", "kind": "date", "label": WORDS},
    {"fact": "fibroid_cm", "kind": "number", "label": WORDS},
    {"fact": "conditions", "kind": "icd", "label": WORDS},
    {"fact": "screening", "kind": "screening", "label": WORDS, "only_when": {"sex": "female"}},
]
TERMS = small(questions=ASKED)


def test_answers_become_facts_fit_for_json():
    answers = {
        "hpv": "negative",
        "markers": ["ALK+", "ALK+"],
        "benign_pathology": "yes",
        "progressed": date(2022, 4, 5),
        "fibroid_cm": "4.5",
        "conditions": "c50.9，J45, ",
        "screening": {"result": "negative", "date": "2021-12-01"},
    }
    assert facts_from_answers(TERMS, answers) == {
        "hpv": "negative",
        "markers": ["ALK+"],
        "benign_pathology": True,
        "progressed": "2022-04-05",
        "fibroid_cm": "4.5",
        "conditions": ["C50.9", "J45"],
        "screening": {"result": "negative", "date": "2021-12-01"},
    }


def test_an_unanswered_question_gives_no_fact_and_nothing_chosen_the_empty_list():
    assert facts_from_answers(TERMS, {"hpv": "", "conditions": []}) == {"markers": []}


@pytest.mark.parametrize(
    ("fact", "answer"),
    [
        ("hpv", "positive"),
        ("markers", ["ROS1+"]),
        ("markers", "ALK+"),
        ("benign_pathology", "maybe"),
        ("benign_pathology", ["yes"]),
        ("progressed", "soon"),
        ("fibroid_cm", "big"),
        ("conditions", "asthma"),
        ("conditions", 7),
        ("screening", {"result": "negative"}),
        ("screening", "negative"),
    ],
)
def test_an_answer_outside_the_question_is_refused_at_its_field(fact, answer):
    with pytest.raises(AnswerInvalid) as refused:
        facts_from_answers(TERMS, {fact: answer})
    assert refused.value.field == fact


def test_a_question_may_concern_some_people_only():
    assert [question.fact for question in questions(TERMS, woman())][-1] == "screening"
    assert [question.fact for question in questions(TERMS, ANYONE)][-1] == "conditions"


@pytest.mark.parametrize(
    ("code", "answers", "expected"),
    [
        ("asthma-road-to-health", {"conditions": ["J45.9"]}, []),
        ("asthma-road-to-health", {"conditions": ["J30.4"]}, ["condition"]),
        ("asthma-road-to-health", {}, ["condition"]),
        ("brain-carefree", {"brain_screening": "pass"}, ["age"]),
        ("parkinson-carefree", {"conditions": ["G20"], "hoehn_yahr": "4"}, ["age", "stage"]),
        ("her-care", {"basic_insurance": "city", "conditions": ["C50"]}, ["age", "sex"]),
    ],
)
def test_the_facts_of_a_questionnaire_decide_about_joining(code, answers, expected):
    child = Insured(date(2014, 3, 1), "male", facts_from_answers(plan(code), answers))
    made = assess_enrolment(plan(code), child, Policy(date(2022, 1, 1), date(2022, 12, 31)))
    assert list(made.codes) == expected


@pytest.mark.parametrize("code", ["asthma-road-to-health", "brain-carefree", "parkinson-carefree", "her-care"])
def test_every_question_can_be_asked_in_both_languages(code):
    for question in questions(plan(code), woman()):
        assert question.label.zh
        assert question.label.en
        assert question.kind not in ("choice", "multi") or question.choices
