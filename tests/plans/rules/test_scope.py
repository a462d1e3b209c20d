"""Under which benefit a line falls, and the first reason why under none: the contract's meanings plan by plan."""

from datetime import date

import pytest

from apps.plans.files import catalogue_terms
from apps.plans.rules import Facility, Insured, Policy

from .making import YEAR, child, decide, event, line, plan, stay, visit, woman

SENIOR = Insured(date(1955, 1, 1), "male", {"brain_screening": "pass", "severity": "severe"})
PARKINSON = Insured(date(1955, 1, 1), "male", {"conditions": ["G20"], "hoehn_yahr": 2})
LUNG = Insured(date(1970, 1, 1), "male", {"nsclc_stage": "II", "markers": ["ALK+"], "progressed": "2022-06-01"})
WORKER = Insured(date(1990, 1, 1), "male", {"occupation": "driver"})
DRUG = {"asthma": "R03AC02", "alzheimer": "N06DA02", "parkinson": "N04BA02", "cancer": "L01CD01"}


def medicine(kind, **more):
    return line(1000, "drug", DRUG[kind], **more)


def outcome(code, insured, claim, policy=YEAR):
    """Benefits that paid and reasons by line."""
    (made,) = decide(plan(code), insured, claim, policy=policy)
    return set(made.benefits), [(item.line, item.reason) for item in made.refused]


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (visit(medicine("asthma")), ({"drug"}, [])),
        (visit(medicine("asthma"), kind="pharmacy"), ({"drug"}, [])),
        (visit(medicine("asthma", catalogue="out"), kind="special-outpatient"), ({"drug"}, [])),
        (visit(line(1000, "exam")), (set(), [(1, "category")])),
        (visit(line(1000, "drug", "J01CA04")), (set(), [(1, "not-in-formulary")])),
        (visit(line(1000, "drug")), (set(), [(1, "not-in-formulary")])),
        (visit(medicine("asthma"), diagnosis="J44.1"), (set(), [(1, "diagnosis")])),
        (visit(medicine("asthma"), diagnosis=None), (set(), [(1, "diagnosis")])),
        (visit(medicine("asthma"), on=date(2021, 12, 31)), (set(), [(1, "outside-policy")])),
        (stay(medicine("asthma"), line(5, "exam")), ({"inpatient"}, [])),
        (stay(line(5), on=date(2022, 12, 31), until=date(2023, 1, 9)), ({"inpatient"}, [])),
        (event("diagnosis", diagnosis="J45"), (set(), [(None, "kind")])),
    ],
)
def test_row_1(claim, expected):
    assert outcome("asthma-road-to-health", child(), claim) == expected


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (visit(medicine("alzheimer"), line(9, "exam"), diagnosis="G30.1"), ({"drug", "medical"}, [])),
        (stay(medicine("alzheimer"), line(9, "bed"), diagnosis="F00.2"), ({"drug", "medical"}, [])),
        (visit(line(9, "drug", "X"), kind="pharmacy", diagnosis="G30"), ({"medical"}, [])),
        (visit(line(9), diagnosis="G30.1", severity="mild"), (set(), [(1, "severity")])),
        (visit(line(9), diagnosis="G20"), (set(), [(1, "diagnosis")])),
        (event("diagnosis", diagnosis="G30.1"), ({"diagnosis"}, [])),
        (event("diagnosis", diagnosis="G30.1", severity="moderate"), (set(), [(None, "severity")])),
        (event("diagnosis", diagnosis="I10"), (set(), [(None, "diagnosis")])),
        (event("in-situ", diagnosis="G30.1"), (set(), [(None, "kind")])),
    ],
)
def test_row_3(claim, expected):
    assert outcome("brain-carefree", SENIOR, claim) == expected


def test_row_3_needs_a_severity():
    unknown = Insured(SENIOR.born, "male", {"brain_screening": "pass"})
    assert outcome("brain-carefree", unknown, visit(line(9), diagnosis="G30")) == (set(), [(1, "severity")])
    assert outcome("brain-carefree", unknown, visit(line(9), diagnosis="G30", severity="severe"))[0] == {"medical"}


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (visit(line(9, "device"), diagnosis="G20"), ({"device"}, [])),
        (stay(line(9, "device"), medicine("parkinson"), line(9), diagnosis="G21"), ({"device", "inpatient"}, [])),
        (visit(medicine("parkinson"), kind="pharmacy", diagnosis="G20"), ({"drug"}, [])),
        (visit(line(9, "exam"), diagnosis="G20"), (set(), [(1, "category")])),
        (visit(line(9, "drug", "R03AC02"), diagnosis="G20"), (set(), [(1, "not-in-formulary")])),
        (stay(line(9, "device"), medicine("parkinson"), diagnosis="T88.7"), ({"adverse-reaction"}, [])),
        (stay(line(9), diagnosis="Y46.7"), ({"adverse-reaction"}, [])),
        (visit(line(9), diagnosis="Y46.7"), (set(), [(1, "diagnosis")])),
        (stay(line(9), diagnosis="Y60"), (set(), [(1, "diagnosis")])),
        (visit(line(9, "device"), diagnosis="T88.7"), (set(), [(1, "diagnosis")])),
    ],
)
def test_row_4(claim, expected):
    assert outcome("parkinson-carefree", PARKINSON, claim) == expected


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (visit(medicine("cancer"), diagnosis="C50.9"), ({"drug"}, [])),
        (stay(medicine("cancer", catalogue="out"), diagnosis="C56"), ({"drug"}, [])),
        (stay(line(2500000, "drug", "L01CD01", "out"), diagnosis="C54.1"), ({"inpatient-out-of-catalogue"}, [])),
        (visit(medicine("cancer"), diagnosis="C54.1"), (set(), [(1, "diagnosis")])),
        (stay(line(2500000), diagnosis="C50"), (set(), [(1, "catalogue")])),
        (stay(line(2500000, catalogue="out"), diagnosis="C57.0"), ({"inpatient-out-of-catalogue"}, [])),
        (stay(line(2500000, catalogue="out"), diagnosis="C57.1"), (set(), [(1, "diagnosis")])),
        (stay(line(100, catalogue="out"), diagnosis="C50"), (set(), [])),
        (visit(line(2500000, catalogue="out"), diagnosis="C50"), (set(), [(1, "category")])),
    ],
)
def test_row_5(claim, expected):
    assert outcome("her-care", woman(), claim) == expected


@pytest.mark.parametrize(
    ("past", "diagnosis", "is_paid"),
    [(["C50.4"], "C50.9", False), (["C50"], "C53.1", True), (["D05.1"], "C50.9", True), (["I10"], "C50.9", True)],
)
def test_the_same_past_cancer_is_never_paid(past, diagnosis, is_paid):
    benefits, refused = outcome("her-care", woman(conditions=past), visit(medicine("cancer"), diagnosis=diagnosis))
    assert (benefits, refused) == (({"drug"}, []) if is_paid else (set(), [(1, "same-past-illness")]))


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (visit(medicine("cancer"), diagnosis="C57.0"), ({"drug"}, [])),
        (visit(line(2000000, "drug", "L01CD01", "out"), diagnosis="C53"), ({"medical"}, [])),
        (visit(line(2000000, catalogue="out"), diagnosis="C18", kind="pharmacy"), (set(), [(1, "diagnosis")])),
        (visit(line(2000000, catalogue="out"), diagnosis="C18"), ({"medical"}, [])),
        (visit(line(2000000), diagnosis="C18"), (set(), [(1, "catalogue")])),
        (event("diagnosis", diagnosis="C52"), ({"diagnosis"}, [])),
        (event("diagnosis", diagnosis="C18"), (set(), [(None, "diagnosis")])),
    ],
)
def test_row_6(claim, expected):
    assert outcome("love-her", woman(), claim) == expected


def test_row_7_pays_sums_and_nights_but_no_bill():
    assert outcome("qinyi-jiaren", woman(), stay(line(9), diagnosis="C50")) == ({"hospital-allowance"}, [])
    assert outcome("qinyi-jiaren", woman(), stay(line(9), diagnosis="D05")) == (set(), [(1, "diagnosis")])
    assert outcome("qinyi-jiaren", woman(), event("in-situ", diagnosis="D06.9")) == ({"in-situ"}, [])
    assert outcome("qinyi-jiaren", woman(), event("breast-cancer", diagnosis="C53")) == (set(), [(None, "diagnosis")])


GENE_TEST = line(2000000, "gene-test")


@pytest.mark.parametrize(
    ("claim", "facts", "expected"),
    [
        (visit(medicine("cancer"), on=date(2022, 6, 1)), {}, ({"drug"}, [])),
        (visit(GENE_TEST, on=date(2022, 6, 1)), {}, ({"gene-test"}, [])),
        (visit(medicine("cancer"), on=date(2022, 5, 31)), {}, (set(), [(1, "stage")])),
        (visit(medicine("cancer"), on=date(2022, 3, 31)), {}, (set(), [(1, "waiting-period")])),
        (
            visit(medicine("cancer"), on=date(2022, 6, 1)),
            {"progressed": "2022-03-31"},
            (set(), [(1, "waiting-period")]),
        ),
        (visit(medicine("cancer"), on=date(2022, 4, 1)), {"progressed": "2022-04-01"}, ({"drug"}, [])),
        (visit(medicine("cancer"), on=date(2022, 6, 1)), {"progressed": None}, (set(), [(1, "stage")])),
        (visit(medicine("cancer"), on=date(2022, 6, 1)), {"markers": ["EGFR+"]}, (set(), [(1, "marker")])),
        (visit(medicine("cancer"), on=date(2022, 6, 1)), {"markers": ["ROS1+"]}, ({"drug"}, [])),
        (
            visit(GENE_TEST, on=date(2022, 6, 1), facility=Facility("secondary")),
            {"markers": None},
            (set(), [(1, "facility")]),
        ),
    ],
)
def test_row_10(claim, facts, expected):
    known = {name: value for name, value in {**LUNG.facts, **facts}.items() if value is not None}
    claim = type(claim)(claim.id, claim.kind, claim.date, diagnosis="C34.1", facility=claim.facility, lines=claim.lines)
    assert outcome("rare-target", Insured(LUNG.born, "male", known), claim) == expected


def test_row_10_pays_a_gene_test_up_to_its_limit():
    (made,) = decide(plan("rare-target"), LUNG, visit(GENE_TEST, on=date(2022, 7, 1), diagnosis="C34"))
    assert made.paid_fen == 1000000


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (stay(line(1000), diagnosis="I21.9"), {"hospital-day": 210000, "critical-medical": 500}),
        (stay(line(1000), diagnosis="J18"), {"hospital-day": 210000}),
        (event("critical-first", diagnosis="N18.5"), {"critical-first": 2000000}),
        (event("critical-first", diagnosis="J18"), {}),
        (event("death-illness"), {"death-illness": 2000000}),
        (event("death-accident"), {"death-accident": 15000000}),
        (event("disability", grade=1), {"disability": 15000000}),
        (event("disability", grade=10), {"disability": 1500000}),
        (event("condolence"), {"condolence": 50000}),
    ],
)
def test_row_11(claim, expected):
    assert dict(decide(plan("new-work-mutual"), WORKER, claim)[0].benefits) == expected


def test_disability_and_condolence_repeat_up_to_their_limit():
    made = decide(plan("new-work-mutual"), WORKER, *(event("disability", grade=5) for _ in range(3)))
    assert [one.paid_fen for one in made] == [9000000, 6000000, 0]
    made = decide(plan("new-work-mutual"), WORKER, *(event("condolence") for _ in range(13)))
    assert [one.paid_fen for one in made] == [50000] * 12 + [0]


@pytest.mark.parametrize(
    ("level", "area", "paid"),
    [("primary", "local", 450), ("secondary", "local", 400), ("tertiary", "local", 350), ("primary", "outside", 300)],
)
def test_row_12(level, area, paid):
    poor = Insured(date(1970, 1, 1), "male", {"roster": "five-guarantee"})
    (made,) = decide(plan("county-assist"), poor, stay(line(1000), facility=Facility(level, area)))
    assert made.paid_fen == paid


@pytest.mark.parametrize(
    ("claim", "benefit"),
    [
        (stay(line(1000)), "inpatient"),
        (stay(line(1000, "drug", "L01CD01", "out")), "drug"),
        (visit(line(1000, "drug", "L01CD01", "out")), "drug"),
    ],
)
def test_row_13(claim, benefit):
    assert dict(decide(plan("city-catastrophic"), woman(), claim)[0].benefits) == {benefit: 700}


def test_row_17_knows_its_lines_by_code():
    couple = woman(birth_defect_child=True)
    (made,) = decide(
        plan("fertility-subsidy"),
        couple,
        visit(line(200000, code="embryo-culture"), line(90000, code="embryo-transfer"), line(5, code="other")),
    )
    assert dict(made.benefits) == {"embryo-culture": 150000, "embryo-transfer": 90000}
    assert [(item.line, item.reason) for item in made.refused] == [(3, "not-in-formulary")]


def test_row_18_pays_less_for_an_illness_before_joining():
    terms = catalogue_terms("device-copay", None, {"rate": "70", "rate_past": "30"})
    claim = visit(line(1000, "device"), diagnosis="C71.9")
    assert decide(terms, woman(), claim)[0].paid_fen == 700
    assert decide(terms, woman(conditions=["C71.1"]), claim)[0].paid_fen == 300


def test_recurrence_and_metastasis_together_stay_within_the_sum_insured():
    ill = woman(breast_surgery="2020-05-01")
    made = decide(plan("pink-guard"), ill, event("recurrence"), event("metastasis"), event("metastasis"))
    assert [one.paid_fen for one in made] == [15000000, 15000000, 0]
    assert made[2].refused[0].reason == "already-paid"


def test_taian_shares_its_limit_between_medicine_and_admissions():
    terms = plan("rare-city-taian")
    drug = visit(line(42000000, "drug", "A16AB03"))
    bed = stay(line(42000000), diagnosis="E75.2")
    first, second = decide(terms, woman(), drug, bed)
    assert (first.paid_fen, second.paid_fen) == (24000000, 6000000)


def test_a_policy_of_another_year_is_another_year():
    later = Policy(date(2023, 1, 1), date(2023, 12, 31), 1)
    claim = visit(line(600000, "device"), diagnosis="G20", on=date(2023, 2, 1))
    assert decide(plan("parkinson-carefree"), PARKINSON, claim, policy=later)[0].paid_fen == 600000
