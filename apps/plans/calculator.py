"""What a plan would pay for a bill somebody makes up: for visitors who want to know before they join."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from apps.plans.rules import Accumulators, Benefit, Decision, Terms, adjudicate
from apps.plans.rules.case_answer import waterfall
from apps.plans.rules.case_file import Case
from apps.plans.rules.conditions import AllOf, Condition, Not
from apps.plans.rules.sampling import Sample, claimant, meeting, member
from apps.plans.rules.terms import ALLOWANCE, REIMBURSEMENT

OTHERS = "basic"
"""The earlier payer of a made-up bill."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a visitor made up; ``instead``: the number of the special rate that holds, ``raised``: of those added."""

    benefit: Benefit
    bill_fen: int = 0
    others_fen: int = 0
    nights: int = 1
    grade: int = 1
    renewed_years: int = 0
    instead: int | None = None
    raised: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Outcome:
    """The case made up and what is decided about it."""

    case: Case
    decision: Decision

    @property
    def payers(self) -> list[tuple[str, int]]:
        """Who bears the bill, in order, ``own`` last; nothing where there is no bill."""
        return waterfall(self.case, [self.decision]) if self.case.claims[0].billed_fen else []


def tried(terms: Terms, attempt: Attempt) -> Outcome | None:
    """What would be paid; None where nobody can be in that situation.

    Raises BillOverpaid when others are said to have paid more than the bill.
    """
    sample = _sample(terms, attempt)
    if sample is None:
        return None
    claim = sample.claim
    if attempt.benefit.pays == REIMBURSEMENT:
        lines = (replace(claim.lines[0], billed_fen=attempt.bill_fen),)
        claim = replace(claim, lines=lines, paid_before={OTHERS: attempt.others_fen} if attempt.others_fen else {})
    elif attempt.benefit.pays == ALLOWANCE:
        claim = replace(claim, lines=(), discharged=claim.date + timedelta(days=attempt.nights))
    elif attempt.benefit.lump.by_grade:
        claim = replace(claim, grade=attempt.grade)
    policy = replace(sample.policy, renewed_years=attempt.renewed_years)
    decision = adjudicate(terms, sample.insured, policy, claim, Accumulators.empty())
    return Outcome(Case(terms, sample.insured, policy, (claim,)), decision)


def years_that_differ(benefit: Benefit) -> int:
    """How many unbroken years make a difference: 1 where all are alike."""
    return max([1, *(len(ladder.rungs) for ladder in (*benefit.cost_sharing, *benefit.limits))])


def usual_bill(terms: Terms, benefit: Benefit) -> int:
    """Fen of a bill of which something is paid."""
    someone = member(terms)
    sample = claimant(terms, benefit, someone) if someone else None
    return sample.claim.billed_fen if sample else 0


def _sample(terms: Terms, attempt: Attempt) -> Sample | None:
    """Somebody who may join, has the claim, and for whom exactly the chosen rates hold."""
    someone = member(terms)
    claiming = claimant(terms, attempt.benefit, someone) if someone else None
    if claiming is None:
        return None
    joining = [one.condition for one in terms.joining]
    requires = [one.condition for one in attempt.benefit.scope.requires]
    return meeting(AllOf((*joining, *requires, *_chosen(attempt))), claiming)


def _chosen(attempt: Attempt) -> list[Condition]:
    """Conditions under which exactly the chosen rates hold: of those instead, the first that holds counts."""
    rate = attempt.benefit.rate
    if rate is None:
        return []
    before = rate.instead if attempt.instead is None else rate.instead[: attempt.instead]
    found: list[Condition] = [Not(one.condition) for one in before]
    if attempt.instead is not None:
        found.append(rate.instead[attempt.instead].condition)
    for number, one in enumerate(rate.raised):
        found.append(one.condition if number in attempt.raised else Not(one.condition))
    return found
