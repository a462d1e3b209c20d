"""What would I get? Anybody can make up a bill and see what a plan would pay, and why."""

import pytest
from django.urls import reverse, reverse_lazy

from apps.plans.calculator import Attempt, tried, usual_bill
from apps.plans.files import catalogue_files, stack_files
from apps.plans.rules.sampling import Sample
from apps.plans.services import publish_catalogue

from .factories import plan_row
from .rules.making import WORDS, benefit, data, plan, small

OFFERED = [file.terms for file in catalogue_files() if file.terms.offered]
EACH = [
    pytest.param(file.terms, one, id=f"{file.terms.code}-{one.code}")
    for file in catalogue_files()
    for one in file.terms.benefits
]
HALF = {"half": {"percent": "50", "clause": "1"}, "more": {"percent": "60", "clause": "2"}}


def html(text):
    return {"HX-Request": "true", "HX-Target": text}


@pytest.fixture
def published(db, now):
    return publish_catalogue(now=now)


@pytest.mark.parametrize(("terms", "one"), EACH)
def test_each_benefit_pays_for_its_usual_bill(terms, one):
    outcome = tried(terms, Attempt(one, bill_fen=usual_bill(terms, one)))
    assert outcome.decision.paid_fen > 0
    assert sum(fen for _payer, fen in outcome.payers) == outcome.case.claims[0].billed_fen


def test_a_special_rate_holds_when_chosen_and_only_then():
    terms = plan("county-assist")
    (one,) = terms.benefits
    paid = [tried(terms, Attempt(one, bill_fen=100_00, instead=chosen)).decision.paid_fen for chosen in (None, 0, 1, 2)]
    assert paid == [35_00, 30_00, 45_00, 40_00]


def test_a_raised_rate_is_added_when_chosen():
    terms = plan("her-care")
    one = terms.benefit("inpatient-out-of-catalogue")
    paid = [
        tried(terms, Attempt(one, bill_fen=30_000_00, raised=chosen)).decision.paid_fen
        for chosen in (frozenset(), frozenset({0}))
    ]
    assert paid == [6_000_00, 6_500_00]


def test_nights_grade_and_years_count():
    mutual = plan("new-work-mutual")
    day, disability = mutual.benefit("hospital-day"), mutual.benefit("disability")
    assert tried(mutual, Attempt(day, nights=10)).decision.paid_fen == 10 * 300_00
    grades = [tried(mutual, Attempt(disability, grade=grade)).decision.paid_fen for grade in (1, 10)]
    assert grades[0] == 150_000_00 > grades[1]
    parkinson = plan("parkinson-carefree")
    device = parkinson.benefit("device")
    years = [tried(parkinson, Attempt(device, 50_000_00, renewed_years=year)).decision.paid_fen for year in (0, 9)]
    assert years == [5_000_00, 30_000_00]


def test_nobody_can_be_in_an_impossible_situation():
    never = {"all": [{"sex": "female"}, {"sex": "male"}]}
    joining = [{"reason": "age", "clause": "1", "says": WORDS, "when": never}]
    closed = small(joining=joining)
    assert tried(closed, Attempt(closed.benefits[0], 100)) is None
    assert usual_bill(closed, closed.benefits[0]) == 0
    instead = [{"when": {"sex": sex}, "percent": "more", "says": WORDS} for sex in ("female", "male")]
    both = small([benefit(rate={"percent": "half", "instead": instead})], HALF)
    assert tried(both, Attempt(both.benefits[0], 100)) is None
    assert tried(both, Attempt(both.benefits[0], 100, instead=1)).decision.paid_fen == 60
    assert Sample().sex == "female"


# Pages


@pytest.mark.parametrize("terms", OFFERED, ids=lambda terms: terms.code)
def test_every_plan_page_has_a_calculator_with_a_result(client, published, terms):
    page = client.get(reverse("plans:detail", args=[terms.code])).content.decode()
    shown = page[page.index('id="calculator"') : page.index("What counts is the decision on a real claim")]
    assert "The plan pays" in shown
    assert "¥0.00</span>" not in shown


def test_a_visitor_sees_the_steps_of_a_bill(client, published):
    given = {"what": "inpatient-out-of-catalogue", "bill": "50,000", "others": "10000", "raised": "0"}
    page = client.get(reverse("plans:calculator", args=["her-care"]), given).content.decode()
    assert "Others have already paid ¥10,000.00 of it, so ¥40,000.00 is left." in page
    assert "The plan pays 65% of ¥20,000.00, which is ¥13,000.00." in page
    assert "Basic insurance" in page
    assert 'value="50,000"' in page


def test_a_bill_below_the_deductible_is_explained(client, published):
    given = {"what": "inpatient-out-of-catalogue", "bill": "100"}
    page = client.get(reverse("plans:calculator", args=["her-care"]), given).content.decode()
    assert "The first ¥20,000.00 is your own" in page


def test_another_benefit_asks_for_other_things(client, published):
    address = reverse("plans:calculator", args=["brain-carefree"])
    page = client.get(address, {"what": "diagnosis", "bill": "5"}, headers=html("calculator")).content.decode()
    assert page.lstrip().startswith('<div id="calculator"')
    assert "The bill" not in page
    assert "pays a fixed sum of ¥10,000.00" in page


def test_only_the_result_comes_anew_while_one_types(client, published):
    address = reverse("plans:calculator", args=["asthma-road-to-health"])
    page = client.get(address, {"what": "drug", "bill": "300"}, headers=html("calculator-result")).content.decode()
    assert page.lstrip().startswith('<div id="calculator-result"')
    assert "<form" not in page
    assert "¥300.00" in page


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"bill": "lots"}, "Enter an amount in yuan"),
        ({"bill": ""}, "Enter the amount"),
        ({"bill": "-5"}, "cannot be below zero"),
        ({"bill": "1000000000000"}, "too large"),
        ({"bill": "100", "others": "101"}, "Others cannot have paid more than the bill"),
    ],
)
def test_what_cannot_be_calculated_is_told_at_its_field(client, published, given, told):
    address = reverse("plans:calculator", args=["asthma-road-to-health"])
    page = client.get(address, given)
    assert page.status_code == 200
    assert told in page.content.decode()
    assert "The plan pays" not in page.content.decode()
    assert told in client.get(address, given, headers=html("calculator-result")).content.decode()


@pytest.mark.parametrize("given", [{"what": "nothing"}, {"raised": "99"}, {"instead": "x"}, {"year": "77"}])
def test_nonsense_in_the_address_is_no_fault_of_ours(client, published, given):
    for code in ("asthma-road-to-health", "her-care", "parkinson-carefree"):
        assert client.get(reverse("plans:calculator", args=[code]), given).status_code == 200


def test_an_impossible_choice_is_told(client, db):
    instead = [{"when": {"sex": sex}, "percent": "more", "says": WORDS} for sex in ("female", "male")]
    plan_row("small", "1", data=data([benefit(rate={"percent": "half", "instead": instead})], HALF))
    page = client.get(reverse("plans:calculator", args=["small"])).content.decode()
    assert "nobody can be in this situation" in page


def test_a_plan_that_is_not_open_has_no_calculator(client, published):
    assert client.get(reverse("plans:calculator", args=["new-work-mutual"])).status_code == 404


def test_the_calculator_needs_one_query(client, published, django_assert_num_queries):
    with django_assert_num_queries(1):
        client.get(reverse("plans:calculator", args=["asthma-road-to-health"]))


WHO = reverse_lazy("plans:who_pays")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("code", sorted(stack_files()))
def test_each_stack_has_its_picture(client, code, language):
    page = client.get(WHO, {"stack": code}, headers={"accept-language": language})
    assert page.status_code == 200
    rows = page.context["rows"]
    assert len(rows) == len(stack_files()[code].layers)
    assert sum(row.paid_fen for row in rows) + page.context["own_fen"] == page.context["billed_fen"]


def test_the_bill_and_what_was_decided_by_hand_can_be_changed(client):
    given = {"stack": "rare-city-one-plus-n", "line_0": "100,000", "charity": "20000"}
    page = client.get(WHO, given, headers=html("calculator-result"))
    text = page.content.decode()
    assert [row.paid_fen for row in page.context["rows"]] == [60_000_00, 20_000_00, 6_000_00]
    assert "Decided case by case." in text
    assert "<form" not in text
    assert "¥14,000.00" in text


def test_payers_to_whom_nothing_was_left_say_so(client):
    page = client.get(WHO, {"stack": "asthma-seven"}).content.decode()
    assert page.count("Nothing was left.") == 3


@pytest.mark.parametrize(
    ("given", "told"), [({"line_0": "x"}, "Enter an amount in yuan"), ({"line_0": ""}, "Enter the amount")]
)
def test_a_bill_that_cannot_be_read_is_told(client, given, told):
    page = client.get(WHO, given)
    assert told in page.content.decode()
    assert "rows" not in page.context
    assert told in client.get(WHO, given, headers=html("calculator-result")).content.decode()


def test_unknown_payers_show_the_first_ones(client):
    assert client.get(WHO, {"stack": "nobody"}).status_code == 200
