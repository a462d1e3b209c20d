"""Each step of adjudication by itself, on small plans: what goes in, what comes out, what is written down."""

from datetime import date

import pytest

from apps.plans.errors import BillOverpaid
from apps.plans.rules import Accumulators, Facility, Policy, adjudicate, decision_from_json, decision_to_json, sentence

from .making import ANYONE, WORDS, YEAR, benefit, decide, event, line, small, stay, visit


def amount(yuan, clause="1"):
    return {"amount": yuan, "clause": clause}


def steps_of(decision):
    return [(step.step, step.before_fen, step.after_fen) for step in decision.steps]


def test_what_others_paid_is_taken_off_before_anything_else():
    (made,) = decide(small(), ANYONE, visit(line(1000, basic=300), line(500), paid_before={"city": 200}))
    assert steps_of(made) == [("paid-before", 1500, 1000)]
    assert made.paid_fen == sum(made.line_paid_fen) == 1000


def test_claim_payers_are_spread_over_what_each_line_still_has_open():
    claim = visit(line(1000, basic=1000), line(300), line(700), paid_before={"city": 500})
    assert decide(small(), ANYONE, claim)[0].line_paid_fen == (0, 150, 350)


@pytest.mark.parametrize("payers", [{"line": 101}, {"claim": 101}])
def test_payers_above_the_bill_are_refused(payers):
    claim = visit(line(100, basic=payers.get("line", 0)), paid_before={"city": payers.get("claim", 0)})
    with pytest.raises(BillOverpaid, match=r"1\.01"):
        decide(small(), ANYONE, claim)


def test_a_yearly_deductible_is_consumed_in_claim_order():
    terms = small([benefit(deductible={"per": "year", "amount": "d"})], {"d": amount("10.00")})
    first, second = decide(terms, ANYONE, visit(line(600)), visit(line(600)))
    assert (first.paid_fen, second.paid_fen) == (0, 200)
    assert first.refused == ()
    assert steps_of(second) == [("deductible", 600, 200)]


def test_a_deductible_for_each_claim_starts_again():
    terms = small([benefit(deductible={"per": "claim", "amount": "d"})], {"d": amount("5.00")})
    assert [made.paid_fen for made in decide(terms, ANYONE, visit(line(600)), visit(line(600)))] == [100, 100]


def test_a_rate_is_rounded_half_up_once_a_claim():
    terms = small([benefit(rate={"percent": "r"})], {"r": {"percent": "50", "clause": "1"}})
    (made,) = decide(terms, ANYONE, visit(line(1), line(1), line(1)))
    assert made.paid_fen == 2
    assert made.line_paid_fen == (1, 1, 0)


def test_bands_are_rounded_on_the_cumulative_amount():
    bands = {"bands": [{"up_to": "1.00", "percent": "0"}, {"percent": "50"}], "clause": "1"}
    terms = small([benefit(bands="b")], {"b": bands})
    made = decide(terms, ANYONE, *(visit(line(51)) for _ in range(5)))
    assert [one.paid_fen for one in made] == [0, 1, 26, 25, 26]
    assert sum(one.paid_fen for one in made) == 78  # half of 255 - 100, half up


def test_an_alternative_rate_replaces_and_bonuses_add_up_to_at_most_all():
    fact = {"fact": "severity", "one_of": ["severe"]}
    rate = {
        "percent": "r",
        "instead": [{"when": {"facility": {"areas": ["outside"]}}, "percent": "low", "says": WORDS}],
        "raised": [{"when": fact, "percent": "bonus", "says": WORDS}],
    }
    figures = {
        name: {"percent": value, "clause": name} for name, value in [("r", "60"), ("low", "30"), ("bonus", "50")]
    }
    terms = small([benefit(rate=rate)], figures)
    here, away = visit(line(1000)), visit(line(1000), facility=Facility("tertiary", "outside"))
    severe = visit(line(1000), severity="severe", facility=Facility("tertiary", "outside"))
    assert [made.paid_fen for made in decide(terms, ANYONE, here, away, severe)] == [600, 300, 800]
    at_most = decide(terms, ANYONE, visit(line(1000), severity="severe"))[0]
    assert at_most.paid_fen == 1000
    assert at_most.steps == ()


@pytest.mark.parametrize(
    ("per", "expected"),
    [("visit", [500, 500, 500]), ("day", [500, 100, 500]), ("item", [500, 100, 0]), ("year", [500, 100, 0])],
)
def test_limits_count_a_visit_a_day_an_item_or_a_year(per, expected):
    figure = amount("5.00") if per == "visit" else amount("6.00") if per != "visit" else None
    terms = small(
        [benefit(limits=[{"per": per, "amount": "l"}, {"per": "visit", "amount": "v"}])],
        {"l": figure, "v": amount("5.00")},
    )
    claims = [visit(line(900, code="X"), on=day) for day in (date(2022, 1, 1), date(2022, 1, 1), date(2022, 1, 2))]
    made = decide(terms, ANYONE, *claims)
    assert [one.paid_fen for one in made] == expected
    assert [one.refused != () for one in made] == [paid == 0 for paid in expected]


def test_an_item_limit_holds_for_each_code_within_one_claim():
    terms = small([benefit(limits=[{"per": "item", "amount": "l"}])], {"l": amount("3.00")})
    claim = visit(line(500, code="B"), line(100, code="A"), line(500, code="B"))
    made, again = decide(terms, ANYONE, claim, claim)
    assert made.line_paid_fen == (150, 100, 150)
    assert again.line_paid_fen == (0, 100, 0)
    assert [(item.line, item.reason) for item in again.refused] == [(1, "limit-reached"), (3, "limit-reached")]
    assert steps_of(again) == [("item-limit", 1100, 100)]


def test_benefits_may_share_a_limit_and_the_plan_has_one_over_all():
    pool = {"per": "year", "amount": "l", "pool": "both"}
    benefits = [
        benefit("drug", scope={"categories": ["drug"]}, limits=[pool]),
        benefit("rest", limits=[pool]),
        benefit("gift", pays="lump-sum", amount="l", scope={"events": ["condolence"]}, repeats=True),
    ]
    terms = small(benefits, {"l": amount("10.00"), "o": amount("14.00")}, overall_limits=["o"])
    bill = visit(line(700, category="drug"), line(700))
    first, second, third = decide(terms, ANYONE, bill, event("condolence"), event("condolence"))
    assert dict(first.benefits) == {"drug": 700, "rest": 300}
    assert dict(second.benefits) == {"gift": 400}
    assert steps_of(second) == [("lump-sum", 0, 1000), ("overall-limit", 1000, 400)]
    assert third.refused[0].reason == "limit-reached"


def test_a_limit_rises_with_unbroken_years_to_the_last_step():
    terms = small(
        [benefit(limits=[{"per": "year", "amount": "l"}])], {"l": {"amounts": ["1.00", "2.00", "3.00"], "clause": "1"}}
    )
    paid = [
        decide(terms, ANYONE, visit(line(900)), policy=Policy(YEAR.start, YEAR.end, years))[0].paid_fen
        for years in (0, 1, 2, 9)
    ]
    assert paid == [100, 200, 300, 300]


def test_a_lump_sum_is_paid_once_a_year_unless_it_repeats():
    terms = small(
        [benefit(pays="lump-sum", amount="a", share="s", scope={"events": ["recurrence"]})],
        {"a": amount("30.00"), "s": {"percent": "50", "clause": "2"}},
    )
    first, second = decide(terms, ANYONE, event("recurrence"), event("recurrence"))
    assert first.paid_fen == 1500
    assert (second.paid_fen, second.refused[0].line, second.refused[0].reason) == (0, None, "already-paid")


def test_a_sum_by_grade_follows_the_grade():
    grades = {"percents": ["100", "90", "80", *["0"] * 7], "clause": "1"}
    terms = small(
        [benefit(pays="lump-sum", amount="a", by_grade="g", repeats=True, scope={"events": ["disability"]})],
        {"a": amount("100.00"), "g": grades},
    )
    made = decide(terms, ANYONE, *(event("disability", grade=grade) for grade in (1, 3, 4, None)))
    assert [one.paid_fen for one in made] == [10000, 8000, 0, 0]


@pytest.mark.parametrize(("until", "nights"), [(date(2022, 3, 1), 1), (date(2022, 3, 2), 1), (date(2022, 3, 8), 7)])
def test_an_allowance_pays_nights_and_the_same_day_counts_as_one(until, nights):
    terms = small(
        [
            benefit(
                pays="allowance", per_night="n", scope={"kinds": ["inpatient"]}, limits=[{"per": "year", "amount": "l"}]
            )
        ],
        {"n": amount("3.00"), "l": amount("15.00")},
    )
    first, second = decide(
        terms, ANYONE, stay(line(99900), until=until), stay(line(99900), on=date(2022, 5, 1), until=date(2022, 5, 9))
    )
    assert first.paid_fen == min(1500, 300 * nights)
    assert first.refused == ()
    assert first.line_paid_fen == (0,)
    assert first.paid_fen + second.paid_fen == 1500


def test_an_allowance_used_up_refuses_the_lines_of_the_stay():
    terms = small(
        [benefit(pays="allowance", per_night="n", limits=[{"per": "year", "amount": "n"}])], {"n": amount("3.00")}
    )
    _, second = decide(terms, ANYONE, stay(line(1)), stay(line(1)))
    assert [(item.line, item.reason) for item in second.refused] == [(1, "limit-reached")]


def test_what_others_paid_in_full_is_already_paid():
    (made,) = decide(small(), ANYONE, visit(line(100, basic=100), line(100)))
    assert [(item.line, item.reason) for item in made.refused] == [(1, "already-paid")]


def test_a_limit_used_up_refuses_later_lines():
    terms = small([benefit(limits=[{"per": "year", "amount": "l"}])], {"l": amount("1.00")})
    _, second = decide(terms, ANYONE, visit(line(100)), visit(line(100)))
    assert second.refused[0].reason == "limit-reached"
    assert steps_of(second) == [("year-limit", 100, 0)]


def test_no_claim_outside_the_year_or_in_the_waiting_period():
    terms = small(parameters={"w": {"days": "30", "clause": "1"}}, waiting_days="w")
    days = (date(2021, 12, 31), date(2022, 1, 1), date(2022, 1, 30), date(2022, 1, 31), date(2023, 1, 1))
    made = decide(terms, ANYONE, *(visit(line(100), on=day) for day in days))
    assert [one.refused[0].reason if one.refused else None for one in made] == [
        "outside-policy",
        "waiting-period",
        "waiting-period",
        None,
        "outside-policy",
    ]


def test_a_benefit_may_wait_longer_than_the_plan():
    scope = {"waiting_days": "w"}
    terms = small([benefit(scope=scope)], {"w": {"days": "30", "clause": "1"}})
    assert decide(terms, ANYONE, visit(line(100), on=date(2022, 1, 30)))[0].refused[0].reason == "waiting-period"


def test_who_could_not_join_is_paid_nothing():
    joining = [{"reason": "sex", "clause": "1", "says": {"zh": "女", "en": "women"}, "when": {"sex": "female"}}]
    terms = small(joining=joining)
    bill, gift = decide(terms, ANYONE, visit(line(1), line(2)), event("diagnosis"))
    assert [(item.line, item.reason) for item in bill.refused] == [(1, "not-enrolled"), (2, "not-enrolled")]
    assert [(item.line, item.reason) for item in gift.refused] == [(None, "not-enrolled")]


def test_a_claim_without_lines_is_paid_nothing():
    (made,) = decide(small(), ANYONE, visit())
    assert (made.paid_fen, made.refused, made.steps) == (0, (), ())


def test_a_decision_survives_json():
    terms = small([benefit(limits=[{"per": "year", "amount": "l"}])], {"l": amount("1.00")})
    made = decide(terms, ANYONE, visit(line(100, basic=10), line(50)))[0]
    assert decision_from_json(decision_to_json(made)) == made


def test_running_totals_survive_json_and_refuse_what_is_none():
    totals = Accumulators.from_json({"paid:drug": 5, "year:drug": 7, "paid:none": 0})
    assert Accumulators.from_json(totals.to_json()) == totals
    assert (totals.benefits, totals.paid_fen) == ({"drug": 5}, 5)
    for bad in (-1, 1.5, True, "1"):
        with pytest.raises(ValueError, match="not a whole number"):
            Accumulators.from_json({"paid:drug": bad})


def test_deciding_does_not_change_the_accumulators():
    before = Accumulators.empty()
    adjudicate(small(), ANYONE, YEAR, visit(line(100)), before)
    assert before.to_json() == {}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_step_has_a_sentence(language):
    benefits = [
        benefit(
            deductible={"per": "year", "amount": "one"},
            bands="b",
            rate={"percent": "r"},
            limits=[{"per": per, "amount": per} for per in ("visit", "item", "year")],
            scope={"categories": ["drug"]},
        ),
        benefit("tests", limits=[{"per": "day", "amount": "day"}], scope={"categories": ["exam"]}),
        benefit("gift", pays="lump-sum", amount="one", scope={"events": ["condolence"]}),
        benefit("nights", pays="allowance", per_night="one", scope={"kinds": ["inpatient"]}),
    ]
    figures = {
        "one": amount("1.00"),
        "visit": amount("40.00"),
        "day": amount("30.00"),
        "item": amount("20.00"),
        "year": amount("10.00"),
        "o": amount("41.50"),
        "r": {"percent": "62.5", "clause": "1"},
        "b": {"bands": [{"percent": "90"}], "clause": "1"},
    }
    terms = small(benefits, figures, overall_limits=["o"])
    made = decide(
        terms,
        ANYONE,
        visit(line(9000, category="drug", basic=100), line(5), line(5000, category="exam"), on=date(2022, 1, 1)),
        event("condolence"),
        stay(line(5)),
    )
    steps = [step for one in made for step in one.steps]
    assert {step.step for step in steps} == {
        "scope",
        "paid-before",
        "deductible",
        "band",
        "rate",
        "visit-limit",
        "day-limit",
        "item-limit",
        "year-limit",
        "overall-limit",
        "lump-sum",
        "allowance",
    }
    said = [sentence(step, terms, language) for step in steps]
    assert all(text and "{" not in text for text in said)
    assert any("62.5%" in text for text in said)
