"""Under which benefit a claim or line falls, or the first reason why under none."""

from __future__ import annotations

from datetime import timedelta

from .claims import Line
from .codes import is_listed
from .conditions import AtCare
from .icd import category, is_in
from .reasons import rank
from .terms import REIMBURSEMENT, Benefit, Scope, Terms


def claim_reason(benefit: Benefit, context: AtCare) -> str | None:
    """The first reason why a claim is out of a benefit's scope, None where it is in."""
    claim, policy, scope = context.claim, context.policy, benefit.scope
    if not policy.covers(claim.date):
        return "outside-policy"
    if claim.date < policy.start + timedelta(days=scope.waiting_days):
        return "waiting-period"
    return _requirement(scope, context, before="kind") or _care_reason(scope, context)


def _care_reason(scope: Scope, context: AtCare) -> str | None:
    claim = context.claim
    if claim.kind not in scope.kinds or (claim.event is not None and claim.event not in scope.events):
        return "kind"
    if scope.diagnosis is not None and (claim.diagnosis is None or not is_in(claim.diagnosis, scope.diagnosis)):
        return "diagnosis"
    if _is_past_illness(scope, context):
        return "same-past-illness"
    reason = _requirement(scope, context, before="facility")
    if reason:
        return reason
    place = claim.facility
    if (scope.levels and place.level not in scope.levels) or (scope.areas and place.area not in scope.areas):
        return "facility"
    return None


def _requirement(scope: Scope, context: AtCare, *, before: str) -> str | None:
    """The first requirement that fails among those told before another reason."""
    for require in scope.requires:
        if rank(require.reason) < rank(before) and not require.condition.holds(context):
            return require.reason
    return None


def _is_past_illness(scope: Scope, context: AtCare) -> bool:
    claim = context.claim
    if scope.never_again is None or claim.diagnosis is None or not is_in(claim.diagnosis, scope.never_again):
        return False
    past = context.facts.get("conditions")
    return isinstance(past, list | tuple) and category(claim.diagnosis) in {category(code) for code in past}


def line_reason(benefit: Benefit, line: Line) -> str | None:
    """The first reason why a line is out of a benefit's scope, the claim being in it."""
    scope = benefit.scope
    if scope.categories and line.category not in scope.categories:
        return "category"
    if scope.catalogue is not None and line.catalogue != scope.catalogue:
        return "catalogue"
    if scope.formulary is not None and not is_listed(line.item, scope.formulary):
        return "not-in-formulary"
    return None


def sorted_out(terms: Terms, context: AtCare) -> tuple[list[Benefit | str], dict[str, str | None]]:
    """Each line's benefit (the first of the plan that takes it) or reason, and each benefit's reason for the claim.

    With several benefits the reason told is that of the one meant for this kind of care and item which came closest.
    """
    claim = context.claim
    reasons = {benefit.code: claim_reason(benefit, context) for benefit in terms.benefits}
    return [_place_of(terms, line, claim.kind, reasons) for line in claim.lines], reasons


def _place_of(terms: Terms, line: Line, kind: str, reasons: dict[str, str | None]) -> Benefit | str:
    closest: tuple[bool, int, str] = (False, -1, "")
    by_the_stay: Benefit | None = None
    for benefit in terms.benefits:
        reason = reasons[benefit.code]
        if benefit.pays == REIMBURSEMENT:
            reason = reason or line_reason(benefit, line)
            if reason is None:
                return benefit
        elif reason is None:
            by_the_stay = by_the_stay or benefit
            continue
        closest = max(closest, (_is_meant(benefit.scope, line, kind), rank(reason), reason))
    return by_the_stay or closest[2]


def _is_meant(scope: Scope, line: Line, kind: str) -> bool:
    """Whether a benefit is for this kind of care and item at all, whatever else it asks."""
    return kind in scope.kinds and (not scope.categories or line.category in scope.categories)
