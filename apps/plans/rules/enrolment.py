"""Who may join a plan, what the plan asks before, and what it costs."""

from __future__ import annotations

from dataclasses import replace

from .conditions import Context, facts_asked
from .decision import Enrolment, Reason
from .people import Insured, Policy
from .reasons import JOINING_REASONS, JOINING_TEXTS
from .terms import Joining, Terms


def assess_enrolment(terms: Terms, insured: Insured, policy: Policy) -> Enrolment:
    """Accepted, or declined with every reason that applies, in the order of the contract."""
    context = Context(insured, policy)
    failed = [joining for joining in terms.joining if not joining.condition.holds(context)]
    failed.sort(key=lambda joining: JOINING_REASONS.index(joining.reason))
    return Enrolment(not failed, tuple(_reason(terms, joining) for joining in failed))


def assess_known(terms: Terms, insured: Insured, policy: Policy) -> Enrolment:
    """The same by those conditions whose facts are known: what a roster does not say, the group vouches for."""
    known = tuple(joining for joining in terms.joining if facts_asked([joining.condition]) <= insured.facts.keys())
    return assess_enrolment(replace(terms, joining=known), insured, policy)


def is_accepted(terms: Terms, insured: Insured, policy: Policy) -> bool:
    """Whether every condition of joining holds."""
    context = Context(insured, policy)
    return all(joining.condition.holds(context) for joining in terms.joining)


def price_fen(terms: Terms, insured: Insured, policy: Policy) -> int:
    """The contribution for the policy year in fen."""
    context = Context(insured, policy)
    for condition, amount in terms.price.instead:
        if condition.holds(context):
            return amount
    return terms.price.amount


def _reason(terms: Terms, joining: Joining) -> Reason:
    english, _ = JOINING_TEXTS[joining.reason]
    says = terms.filled(joining.says)
    return Reason(joining.reason, english, {}, says, joining.clause)
