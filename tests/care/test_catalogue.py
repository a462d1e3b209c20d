"""The programme's data: complete, in both languages, and free of licensed wording."""

import pytest

from apps.care.forms import field_of
from apps.care.models import PROGRAMMES
from apps.care.programmes import RULES, catalogue, programme, programme_of_family
from apps.care.rules.assessment import Control

SCORE_ONLY = {"c_act", "act"}
LICENSED_WORDING = ["how much of the time did", "how would you rate your asthma control", "how is your asthma today"]


@pytest.mark.parametrize("form", catalogue(), ids=lambda form: f"{form.code}-{form.version}")
def test_a_programme_is_complete(form):
    assert form.code in RULES
    assert form.code in dict(PROGRAMMES)
    assert set(form.schedule.by_control) == set(Control)
    groups = {group.code for group in form.groups}
    for question in form.fields:
        assert question.group in groups
        assert question.label["zh"]
        assert question.label["en"]
        assert field_of(question, {}).required is False
    for parameter in form.parameters.values():
        assert parameter.source["zh"]
        assert parameter.source["en"]


def test_licensed_questionnaires_are_a_total_only():
    form = programme("asthma")
    scores = [question for question in form.fields if question.licence_class == "score-only"]
    assert {question.code for question in scores} == SCORE_ONLY
    assert all(question.kind == "integer" and not question.options for question in scores)
    text = " ".join(question.label["en"] for question in form.fields).lower()
    assert not [wording for wording in LICENSED_WORDING if wording in text]


def test_questions_are_by_age():
    form = programme("asthma")

    def asked(age):
        return {question.code for question in form.fields_for(age)}

    assert asked(3).isdisjoint({"c_act", "act", "fev1"})
    assert asked(8) & SCORE_ONLY == {"c_act"}
    assert asked(14) & SCORE_ONLY == {"act"}


def test_a_plan_may_set_its_own_cut_points():
    form = programme("asthma")
    changed = type(form)(**{**form.__dict__, "plans": {"strict@1": {"pef_red_below": 60}}})
    assert changed.values_for("strict@1")["pef_red_below"] == 60
    assert changed.values_for("other@1")["pef_red_below"] == 50


def test_the_illness_of_a_plan_finds_its_programme():
    assert programme_of_family("asthma") is programme("asthma")
    assert programme_of_family("other") is None
    with pytest.raises(LookupError):
        programme("asthma", 99)
