"""Truth tables of care.md section 3, read against the published cut points."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.care.programmes import programme
from apps.care.rules.alert_words import ALERTS, ITEM_WORDS
from apps.care.rules.assessment import CONTROLS, Control, Level, Zone
from apps.care.rules.asthma import (
    AsthmaAnswers,
    AsthmaHistory,
    assess,
    control_items,
    pef_zone,
    variability,
)
from apps.care.rules.asthma_reading import answers_of, terms_of

ASTHMA = programme("asthma")
TERMS = terms_of(ASTHMA.values_for(), ASTHMA.bands)
DAY = date(2026, 11, 23)
W, N, P, U = Control.WELL, Control.NOT_WELL, Control.VERY_POOR, Control.UNKNOWN


def child(age=8, **answers):
    return AsthmaAnswers(age=age, day=DAY, **answers)


def codes(answers, history=None):
    return [alert.code for alert in assess(answers, history or AsthmaHistory(), TERMS).alerts]


@pytest.mark.parametrize(
    ("pef", "best", "zone"),
    [
        (320, 400, Zone.GREEN),  # exactly 80 %
        (319, 400, Zone.YELLOW),
        (200, 400, Zone.YELLOW),  # exactly 50 %
        (199, 400, Zone.RED),
        (450, 400, Zone.GREEN),
        (None, 400, Zone.UNKNOWN),
        (300, None, Zone.UNKNOWN),
    ],
)
def test_the_zone_is_by_percent_of_the_personal_best(pef, best, zone):
    assert pef_zone(pef, best, TERMS) is zone


@given(best=st.integers(50, 800), low=st.integers(50, 800), more=st.integers(0, 750))
def test_a_higher_peak_flow_is_never_in_a_worse_zone(best, low, more):
    order = [Zone.GREEN, Zone.YELLOW, Zone.RED]
    worse, better = pef_zone(low, best, TERMS), pef_zone(low + more, best, TERMS)
    assert order.index(better) <= order.index(worse)


@pytest.mark.parametrize(
    ("age", "item", "value", "state"),
    [
        (8, "day_symptoms", 2, W), (8, "day_symptoms", 3, N), (8, "day_symptoms", 7, N),
        (8, "nights", 1, W), (8, "nights", 2, N), (8, "nights", 7, N), (8, "nights", 8, P),
        (8, "reliever", 2, W), (8, "reliever", 3, N), (8, "reliever", 7, N),
        (8, "activity", 0, W), (8, "activity", 1, N), (8, "activity", 2, P),
        (8, "fev1", 81, W), (8, "fev1", 80, N), (8, "fev1", 60, N), (8, "fev1", 59, P),
        (8, "ratio", 81, W), (8, "ratio", 80, N), (8, "ratio", 75, N), (8, "ratio", 74, P),
        (8, "score", 20, W), (8, "score", 19, N), (8, "score", 13, N), (8, "score", 12, P),
        (11, "nights", 2, N), (12, "nights", 2, W), (12, "nights", 3, N), (12, "nights", 15, N), (12, "nights", 16, P),
        (12, "score", 20, W), (12, "score", 19, N), (12, "score", 16, N), (12, "score", 15, P),
        (12, "ratio", 70, U),
        (3, "nights", 1, W), (3, "nights", 4, N), (3, "nights", 5, P), (3, "score", 10, U), (4, "score", 12, P),
        (3, "fev1", 50, U),
        (8, "nights", None, U),
    ],
)  # fmt: skip
def test_the_control_table_by_age(age, item, value, state):
    assert control_items(child(age, **{item: value}), AsthmaHistory(), TERMS)[item] is state


@pytest.mark.parametrize(("pef", "state"), [(320, W), (319, N), (240, N), (239, P)])
def test_a_low_peak_flow_is_never_good_control(pef, state):
    assert assess(child(pef_evening=pef, pef_best=400), AsthmaHistory(), TERMS).control is state


def test_symptoms_all_day_are_very_poor_control():
    assert control_items(child(day_symptoms=7, symptoms_all_day=True), AsthmaHistory(), TERMS)["day_symptoms"] is P


def test_the_worst_item_decides_and_is_named():
    reading = assess(child(day_symptoms=0, nights=2, reliever=3, activity=0), AsthmaHistory(), TERMS)
    assert (reading.control, reading.decided_by) == (N, ("nights", "reliever"))
    assert assess(child(day_symptoms=0), AsthmaHistory(), TERMS).decided_by == ()
    assert assess(child(), AsthmaHistory(), TERMS).control is U


@pytest.mark.parametrize(("before", "now", "control"), [(0, 1, W), (1, 1, N), (2, 0, N), (0, 2, N)])
def test_two_steroid_courses_in_a_year_are_not_well_at_best(before, now, control):
    answers = child(day_symptoms=0, steroid_courses=now)
    assert assess(answers, AsthmaHistory(steroid_courses=before), TERMS).control is control


@given(
    day_symptoms=st.integers(0, 7), nights=st.integers(0, 28), reliever=st.integers(0, 7), activity=st.integers(0, 2),
    age=st.integers(0, 17), worse=st.sampled_from(["day_symptoms", "nights", "reliever", "activity"]),
)  # fmt: skip
def test_more_trouble_never_reads_as_better_control(age, worse, **values):
    before = assess(child(age, **values), AsthmaHistory(), TERMS).control
    after = assess(child(age, **{**values, worse: values[worse] + 1}), AsthmaHistory(), TERMS).control
    assert CONTROLS.index(after) >= CONTROLS.index(before)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"cannot_speak": True}, ["danger-signs"]),
        ({"blue_lips": True}, ["danger-signs"]),
        ({"pef_morning": 199, "pef_best": 400}, ["red-zone", "very-poor-control"]),
        (
            {"pef_morning": 380, "pef_evening": 199, "pef_best": 400},
            ["red-zone", "very-poor-control", "variability-high"],
        ),
        ({"pef_morning": 200, "pef_best": 400}, ["very-poor-control"]),
        ({"pef_morning": 240, "pef_best": 400}, []),  # 60 %: not well, not very poor
        ({"spo2": 92}, []),
        ({"spo2": 91}, ["oxygen-low"]),
        ({"activity": 2}, ["very-poor-control"]),
        ({"steroid_courses": 2}, ["exacerbations"]),
        ({"steroid_courses": 1, "emergency_visits": 1, "admissions": 1}, []),
        ({"emergency_visits": 2}, ["exacerbations"]),
        ({"adherence": 79}, ["technique-first"]),
        ({"adherence": 80}, []),
        ({"adherence": 60, "technique_complete": True}, []),
        ({"pef_morning": 345, "pef_evening": 255}, []),  # exactly 30 %
        ({"pef_morning": 345, "pef_evening": 254}, ["variability-high"]),
    ],
)
def test_which_answers_raise_which_alert(answers, expected):
    assert codes(child(**answers)) == expected


@pytest.mark.parametrize(
    ("pef", "yesterday", "before", "fires"),
    [
        (300, Zone.YELLOW, Zone.GREEN, True),
        (300, Zone.GREEN, Zone.YELLOW, False),
        (300, None, Zone.YELLOW, False),
        (400, Zone.YELLOW, Zone.YELLOW, False),
    ],
)
def test_two_yellow_days_must_follow_each_other(pef, yesterday, before, fires):
    days = ((DAY - timedelta(days=2), before), (DAY - timedelta(days=1), yesterday))
    history = AsthmaHistory(zones=tuple((day, zone) for day, zone in days if zone))
    assert ("yellow-days" in codes(child(pef_morning=pef, pef_best=400), history)) is fires


@pytest.mark.parametrize(
    ("last_step", "code"), [(2, "step-up-before-technique"), (3, "technique-first"), (None, "technique-first")]
)
def test_a_step_up_without_checked_technique_is_named(last_step, code):
    assert codes(child(adherence=70, step=3), AsthmaHistory(last_step=last_step)) == [code]


@pytest.mark.parametrize(("age", "last", "now", "fires"), [(12, 24, 21, True), (12, 24, 22, False), (8, 25, 20, False)])
def test_a_fall_of_three_points_matters_for_act_only(age, last, now, fires):
    assert ("score-fell" in codes(child(age, score=now), AsthmaHistory(last_score=last))) is fires


def test_attacks_of_the_year_before_count():
    assert codes(child(admissions=1), AsthmaHistory(exacerbations=1)) == ["exacerbations"]


def test_emergencies_come_first_and_suggest_a_referral():
    answers = child(blue_lips=True, activity=2, adherence=10)
    reading = assess(answers, AsthmaHistory(), TERMS)
    assert [alert.level for alert in reading.alerts] == [Level.EMERGENCY, Level.REFER, Level.REVIEW]
    assert reading.is_emergency
    assert reading.suggests_referral


def test_a_plan_with_other_cut_points_is_read_by_them():
    strict = replace(TERMS, pef_red_below=60)
    assert pef_zone(230, 400, TERMS) is Zone.YELLOW
    assert pef_zone(230, 400, strict) is Zone.RED


@pytest.mark.parametrize(
    ("morning", "evening", "swing"), [(400, 400, 0), (400, 300, 28), (300, 400, 28), (None, 300, None)]
)
def test_variability_is_the_difference_in_percent_of_the_mean(morning, evening, swing):
    assert variability(child(pef_morning=morning, pef_evening=evening)) == swing


def test_every_alert_and_item_has_words():
    everything = child(
        12, blue_lips=True, pef_morning=150, pef_evening=100, pef_best=400, spo2=80, activity=2, admissions=2,
        adherence=10, score=10,
    )  # fmt: skip
    reading = assess(everything, AsthmaHistory(last_score=20), TERMS)
    for alert in reading.alerts:
        assert ALERTS[alert.code].seen % alert.values
        assert alert.rule in ASTHMA.parameters
    assert set(control_items(everything, AsthmaHistory(steroid_courses=2), TERMS)) <= set(ITEM_WORDS)


def test_all_day_on_the_form_is_seven_days_and_all_day():
    answers = answers_of({"day_symptoms": "8", "technique": ["held"]}, age=8, day=DAY)
    assert (answers.day_symptoms, answers.symptoms_all_day, answers.technique_complete) == (7, True, False)
