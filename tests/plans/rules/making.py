"""People, claims and small plans for the tests of the rules."""

import copy
from datetime import date
from functools import cache

from apps.plans.files import catalogue_terms
from apps.plans.rules import Accumulators, Claim, Insured, Line, Policy, adjudicate, load_terms

YEAR = Policy(date(2022, 1, 1), date(2022, 12, 31))
WORDS = {"zh": "字", "en": "words"}


@cache
def plan(code):
    return catalogue_terms(code, None, {})


def woman(born=date(1980, 6, 30), **facts):
    return Insured(born, "female", {"basic_insurance": "city", **facts})


def child(born=date(2014, 3, 1), **facts):
    return Insured(born, "male", {"conditions": ["J45.9"], **facts})


def line(billed, category="other", code="", catalogue="in", **paid_before):
    return Line(category, code, catalogue, billed, paid_before)


def visit(*lines, kind="outpatient", on=date(2022, 3, 1), diagnosis="J45.9", **more):
    return Claim(more.pop("id", "c"), kind, on, diagnosis=diagnosis, lines=lines, **more)


def stay(*lines, on=date(2022, 3, 1), until=date(2022, 3, 8), diagnosis="J45.9", **more):
    return Claim(more.pop("id", "c"), "inpatient", on, discharged=until, diagnosis=diagnosis, lines=lines, **more)


def event(name, on=date(2022, 3, 1), diagnosis=None, **more):
    return Claim(more.pop("id", "c"), "event", on, event=name, diagnosis=diagnosis, **more)


def decide(terms, insured, *claims, policy=YEAR):
    """Decisions of one year, one after another."""
    accumulators, decisions = Accumulators.empty(), []
    for claim in claims:
        decisions.append(adjudicate(terms, insured, policy, claim, accumulators))
        accumulators = decisions[-1].accumulators_after
    return decisions


def benefit(code="cover", pays="reimbursement", **more):
    return {"code": code, "name": WORDS, "says": WORDS, "clause": f"for {code}", "pays": pays, **more}


def data(benefits=None, parameters=None, **more):
    """A small plan as written in a file, open to everyone."""
    return copy.deepcopy(
        {
            "code": "small",
            "version": "1",
            "name": WORDS,
            "summary": WORDS,
            "disease_family": "other",
            "priority": "1",
            "valid": {"from": "2020-01-01"},
            "source": "test",
            "parameters": {"price": {"amount": "10.00", "clause": "9"}, **(parameters or {})},
            "price": {"amount": "price"},
            "joining": [],
            "questions": [],
            "benefits": benefits or [benefit()],
            **more,
        }
    )


def small(benefits=None, parameters=None, **more):
    return load_terms(data(benefits, parameters, **more))


ANYONE = Insured(date(1990, 1, 1), "male", {})
