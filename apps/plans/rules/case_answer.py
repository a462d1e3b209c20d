"""The answer to a case: each claim decided in order of service, the year's totals and the waterfall."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .accumulators import Accumulators
from .adjudication import adjudicate
from .bill import in_waterfall_order
from .case_file import Case
from .claims import Claim
from .decision import Decision, Step
from .enrolment import assess_enrolment
from .scalars import yuan


def decided(case: Case) -> tuple[Decision, ...]:
    """The decisions in order of submission; decided by day of service, then submission."""
    accumulators = Accumulators.empty()
    decisions: dict[int, Decision] = {}
    for number, claim in sorted(enumerate(case.claims), key=lambda item: item[1].date):
        decision = adjudicate(case.terms, case.insured, case.policy, claim, accumulators)
        decisions[number] = decision
        accumulators = decision.accumulators_after
    return tuple(decisions[number] for number in range(len(case.claims)))


def answered(case: Case) -> dict[str, Any]:
    """The answer of the contract, fit for JSON."""
    decisions = decided(case)
    enrolment = assess_enrolment(case.terms, case.insured, case.policy)
    return {
        "enrolment": {"accepted": enrolment.accepted, "reasons": list(enrolment.codes)},
        "claims": [_claim(claim, made) for claim, made in zip(case.claims, decisions, strict=True)],
        "year": _year(decisions, [benefit.code for benefit in case.terms.benefits]),
        "waterfall": [{"payer": payer, "paid": yuan(fen)} for payer, fen in waterfall(case, decisions)],
    }


def _claim(claim: Claim, decision: Decision) -> dict[str, Any]:
    return {
        "id": claim.id,
        "paid": yuan(decision.paid_fen),
        "benefits": {code: yuan(fen) for code, fen in decision.benefits.items()},
        "refused": [{"line": item.line, "reason": item.reason} for item in decision.refused],
        "steps": [_step(step) for step in decision.steps],
    }


def _step(step: Step) -> dict[str, str]:
    return {
        "benefit": step.benefit,
        "step": step.step,
        "before": yuan(step.before_fen),
        "after": yuan(step.after_fen),
        "clause": step.clause,
    }


def _year(decisions: Iterable[Decision], codes: list[str]) -> dict[str, Any]:
    totals = dict.fromkeys(codes, 0)
    for decision in decisions:
        for code, fen in decision.benefits.items():
            totals[code] += fen
    return {
        "paid": yuan(sum(totals.values())),
        "benefits": {code: yuan(fen) for code, fen in totals.items() if fen},
    }


def waterfall(case: Case, decisions: Iterable[Decision]) -> list[tuple[str, int]]:
    """Who paid how many fen of the billed cost of all claims; ``own``, the family's share, always stands last."""
    paid: dict[str, int] = {}
    for claim in case.claims:
        for payers in (claim.paid_before, *(line.paid_before for line in claim.lines)):
            for payer, fen in payers.items():
                paid[payer] = paid.get(payer, 0) + fen
    of_plan = sum(sum(decision.line_paid_fen) for decision in decisions)
    own = sum(claim.billed_fen for claim in case.claims) - sum(paid.values()) - of_plan
    of_plan += paid.pop(case.terms.code, 0)
    shown = [(payer, fen) for payer, fen in [*in_waterfall_order(paid), (case.terms.code, of_plan)] if fen]
    return [*shown, ("own", own)]
