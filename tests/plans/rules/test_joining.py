"""Who may join: truth tables over the catalogue's plans, with both ends of every range."""

from datetime import date

import pytest

from apps.plans.rules import Insured, Policy, assess_enrolment, completed_years, price_fen, reason_text
from apps.plans.rules.people import years_later
from apps.plans.rules.reasons import JOINING_REASONS, REFUSALS

from .making import plan, small, woman

START = date(2022, 1, 1)
YEAR = Policy(START, date(2022, 12, 31))


def reasons(code, born=date(1985, 1, 1), sex="female", start=START, **facts):
    made = assess_enrolment(plan(code), Insured(born, sex, facts), Policy(start, date(start.year, 12, 31)))
    assert made.accepted is (made.codes == ())
    return list(made.codes)


@pytest.mark.parametrize(
    ("born", "conditions", "expected"),
    [
        (date(2021, 12, 4), ["J45.9"], []),  # 28 days
        (date(2021, 12, 5), ["J45.9"], ["age"]),  # 27 days
        (date(2004, 1, 2), ["J46"], []),  # the day before the 18th birthday
        (date(2004, 1, 1), ["J46"], ["age"]),
        (date(2014, 1, 1), ["J45"], []),
        (date(2014, 1, 1), ["J44.9"], ["condition"]),
        (date(2014, 1, 1), ["L20", "J45.901"], []),
        (date(2014, 1, 1), [], ["condition"]),
        (date(2014, 1, 1), None, ["condition"]),
        (date(1990, 1, 1), None, ["age", "condition"]),
    ],
)
def test_asthma_road_to_health(born, conditions, expected):
    assert reasons("asthma-road-to-health", born, conditions=conditions) == expected


@pytest.mark.parametrize(
    ("born", "screening", "expected"),
    [
        (date(1992, 1, 1), "pass", []),
        (date(1992, 1, 2), "pass", ["age"]),
        (date(1946, 1, 2), "pass", []),
        (date(1946, 1, 1), "pass", ["age"]),
        (date(1960, 1, 1), "fail", ["screening"]),
        (date(1960, 1, 1), None, ["screening"]),
    ],
)
def test_brain_carefree(born, screening, expected):
    assert reasons("brain-carefree", born, brain_screening=screening, conditions=["I10"]) == expected


@pytest.mark.parametrize(
    ("conditions", "stage", "expected"),
    [
        (["G20"], 1, []),
        (["G21.1"], "3", []),
        (["G22"], 2.5, []),
        (["G20"], 3.5, ["stage"]),
        (["G20"], 4, ["stage"]),
        (["G20"], 0, ["stage"]),
        (["G20"], None, ["stage"]),
        (["G30"], 2, ["condition"]),
        (None, None, ["condition", "stage"]),
    ],
)
def test_parkinson_carefree(conditions, stage, expected):
    assert reasons("parkinson-carefree", conditions=conditions, hoehn_yahr=stage) == expected


@pytest.mark.parametrize(
    ("code", "insurance", "expected"),
    [
        ("her-care", "city", []),
        ("her-care", "national", ["insurance"]),
        ("her-care", None, ["insurance"]),
        ("love-her", "city", []),
        ("love-her", "national", []),
        ("love-her", "none", ["insurance"]),
        ("city-catastrophic", "city", []),
        ("city-catastrophic", None, ["insurance"]),
    ],
)
def test_basic_insurance(code, insurance, expected):
    assert reasons(code, basic_insurance=insurance) == expected


def test_all_reasons_stand_in_the_order_of_the_contract():
    assert reasons("her-care", date(2010, 1, 1), "male") == ["age", "sex", "insurance"]


@pytest.mark.parametrize(
    ("facts", "is_accepted"),
    [
        ({}, True),
        ({"fibroid_cm": 5}, True),
        ({"fibroid_cm": "5.01"}, False),
        ({"fibroid_cm": 6, "benign_pathology": True}, True),
        ({"fibroid_cm": 6, "benign_pathology": False}, False),
        ({"cervical_polyp_cm": "1.99"}, True),
        ({"cervical_polyp_cm": 2}, False),
        ({"cervical_polyp_cm": 2, "benign_pathology": True}, True),
        ({"cervicitis": "mild", "hpv": "negative"}, True),
        ({"cervicitis": "moderate", "hpv": "negative"}, True),
        ({"cervicitis": "mild"}, False),
        ({"cervicitis": "mild", "hpv": "positive"}, False),
        ({"cervicitis": "severe", "hpv": "negative"}, False),
        ({"cervicitis": "severe", "benign_pathology": True}, True),
        ({"hpv": "positive"}, True),
    ],
)
def test_the_limits_of_row_seven(facts, is_accepted):
    assert reasons("qinyi-jiaren", **facts) == ([] if is_accepted else ["condition"])


@pytest.mark.parametrize(
    ("code", "facts", "expected"),
    [
        ("pink-guard", {"breast_surgery": date(2017, 1, 1)}, []),
        ("pink-guard", {"breast_surgery": "2016-12-31"}, ["condition"]),
        ("pink-guard", {}, ["condition"]),
        ("pink-companion", {"birads": 3}, []),
        ("pink-companion", {"birads": 4}, ["condition"]),
        ("pink-companion", {}, []),
        ("wanhu", {"roster": "low-income-chronic"}, ["age"]),
        ("rare-target", {"nsclc_stage": "IIIA"}, []),
        ("rare-target", {"nsclc_stage": "III"}, ["stage"]),
        ("rare-target", {"nsclc_stage": "IIIB"}, ["stage"]),
        ("rare-target", {}, ["stage"]),
        ("new-work-mutual", {"occupation": "courier"}, []),
        ("new-work-mutual", {"occupation": "clerk"}, ["occupation"]),
        ("new-work-mutual", {}, ["occupation"]),
        ("county-assist", {"roster": "five-guarantee"}, []),
        ("county-assist", {"roster": "low-income-chronic"}, ["roster"]),
        ("fertility-subsidy", {"birth_defect_child": True}, []),
        ("fertility-subsidy", {"birth_defect_child": False}, ["condition"]),
        ("fertility-subsidy", {}, ["condition"]),
        ("rare-catastrophic", {}, []),
        ("rare-city-jining", {}, []),
        ("xiamen-rare", {}, []),
        ("device-copay", {}, []),
    ],
)
def test_the_other_plans(code, facts, expected):
    assert reasons(code, **facts) == expected


@pytest.mark.parametrize(("born", "expected"), [(date(1962, 1, 2), []), (date(1962, 1, 1), ["age"])])
def test_under_sixty(born, expected):
    assert reasons("new-work-mutual", born, occupation="driver") == expected


@pytest.mark.parametrize(
    ("on", "age"),
    [(date(2022, 2, 28), 21), (date(2022, 3, 1), 22), (date(2024, 2, 28), 23), (date(2024, 2, 29), 24)],
)
def test_born_on_29_february(on, age):
    assert completed_years(date(2000, 2, 29), on) == age


def test_five_years_after_29_february_is_1_march():
    assert years_later(date(2020, 2, 29), 5) == date(2025, 3, 1)
    assert years_later(date(2020, 2, 29), 4) == date(2024, 2, 29)


def test_a_reason_says_what_the_plan_says():
    made = assess_enrolment(plan("her-care"), woman(date(2010, 1, 1)), YEAR)
    (reason,) = made.reasons
    assert reason.says.en == "You must be between 18 and 65 years old on the first day."
    assert "18 至 65 周岁" in reason.says.zh
    assert reason.clause == "1.1"
    assert reason.text == reason_text("age", "en")


@pytest.mark.parametrize("code", {*JOINING_REASONS, *REFUSALS})
def test_every_reason_has_a_sentence_in_both_languages(code):
    assert reason_text(code, "zh-hans").endswith("。")
    assert reason_text(code, "en").endswith(".")


def test_the_price_may_depend_on_the_person():
    figures = {"low": {"amount": "5.00", "clause": "1"}, "a": {"years": "18", "clause": "1"}}
    price = {"amount": "price", "instead": [{"when": {"age": {"from": "a"}}, "amount": "low"}]}
    terms = small(parameters=figures, price=price)
    assert price_fen(terms, woman(date(1990, 1, 1)), YEAR) == 500
    assert price_fen(terms, woman(date(2010, 1, 1)), YEAR) == 1000
    assert price_fen(plan("her-care"), woman(), YEAR) == 8900
