"""What a plan pays on one claim, step by step (casebook section 4)."""

from __future__ import annotations

from types import MappingProxyType

from .accumulators import Accumulators, paid_key
from .bill import open_lines
from .claims import Claim
from .clips import Totals
from .conditions import AtCare
from .decision import Decision, Refused
from .enrolment import is_accepted
from .payment import Paid, pay_allowance, pay_lump, pay_reimbursement
from .people import Insured, Policy
from .reasons import closest
from .scope import sorted_out
from .terms import ALLOWANCE, LUMP_SUM, Benefit, Terms


def adjudicate(terms: Terms, insured: Insured, policy: Policy, claim: Claim, accumulators: Accumulators) -> Decision:
    """Decide one claim of a policy year; claims come in order of service date, then submission.

    Raises BillOverpaid when earlier payers are above the bill.
    """
    left = open_lines(claim)
    if not is_accepted(terms, insured, policy):
        return _all_refused(claim, "not-enrolled", accumulators)
    context = AtCare(insured, policy, claim)
    places, reasons = sorted_out(terms, context)
    totals = Totals(dict(accumulators.totals))
    paid: dict[str, Paid] = {}
    for benefit in terms.benefits:
        outcome = _paid_under(benefit, context, places, left, reasons[benefit.code], totals)
        if outcome is not None:
            paid[benefit.code] = outcome
            totals.now[paid_key(benefit.code)] = totals.used(paid_key(benefit.code)) + outcome.fen
    return _decision(claim, places, reasons, paid, totals)


def _paid_under(
    benefit: Benefit,
    context: AtCare,
    places: list[Benefit | str],
    left: tuple[int, ...],
    reason: str | None,
    totals: Totals,
) -> Paid | None:
    """What one benefit pays; None where it has nothing to do with the claim."""
    if reason is not None:
        return None
    if benefit.pays == LUMP_SUM:
        return pay_lump(benefit, context, totals)
    if benefit.pays == ALLOWANCE:
        return pay_allowance(benefit, context, totals)
    lines = [number for number, place in enumerate(places) if place is benefit]
    return pay_reimbursement(benefit, context, lines, left, totals) if lines else None


def _decision(
    claim: Claim,
    places: list[Benefit | str],
    reasons: dict[str, str | None],
    paid: dict[str, Paid],
    totals: Totals,
) -> Decision:
    line_paid = [0] * len(claim.lines)
    for outcome in paid.values():
        for number, fen in outcome.lines.items():
            line_paid[number] = fen
    benefits = {code: outcome.fen for code, outcome in paid.items() if outcome.fen}
    return Decision(
        paid_fen=sum(benefits.values()),
        benefits=MappingProxyType(benefits),
        line_paid_fen=tuple(line_paid),
        refused=_refused_event(reasons, paid) if claim.kind == "event" else _refused_lines(places, paid, line_paid),
        steps=tuple(step for outcome in paid.values() for step in outcome.steps),
        accumulators_after=Accumulators(MappingProxyType(totals.now)),
    )


def _refused_lines(places: list[Benefit | str], paid: dict[str, Paid], line_paid: list[int]) -> tuple[Refused, ...]:
    refused = []
    for number, place in enumerate(places):
        if isinstance(place, str):
            refused.append(Refused(number + 1, place))
        elif not line_paid[number]:
            reason = paid[place.code].reason_of(number)
            if reason is not None:
                refused.append(Refused(number + 1, reason))
    return tuple(refused)


def _refused_event(reasons: dict[str, str | None], paid: dict[str, Paid]) -> tuple[Refused, ...]:
    if any(outcome.fen for outcome in paid.values()):
        return ()
    told = [outcome.reason for outcome in paid.values()] or list(reasons.values())
    return (Refused(None, closest(told)),)


def _all_refused(claim: Claim, reason: str, accumulators: Accumulators) -> Decision:
    numbers: list[int | None] = [None] if claim.kind == "event" else [n + 1 for n in range(len(claim.lines))]
    return Decision(
        paid_fen=0,
        benefits=MappingProxyType({}),
        line_paid_fen=(0,) * len(claim.lines),
        refused=tuple(Refused(number, reason) for number in numbers),
        steps=(),
        accumulators_after=accumulators,
    )
