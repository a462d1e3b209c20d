"""Which claims and lines a benefit is for, on columns: the same tests as for one claim, without their reasons."""

from __future__ import annotations

from typing import Any

import numpy as np

from apps.plans.rules.codes import is_listed
from apps.plans.rules.icd import category, is_in
from apps.plans.rules.terms import REIMBURSEMENT, Benefit, Scope, Terms

from .columns import Coded, Lines, Truth, Whole, Year
from .conditions import Rows, pairwise

NO_BENEFIT = -1


def claims_in_scope(benefit: Benefit, year: Year, is_accepted: Truth) -> Truth:
    """Where a claim, whatever its lines, is one the benefit is for."""
    people, claims, scope = year.people, year.claims, benefit.scope
    rows = Rows(people, claims)
    start = people.start[claims.person]
    inside = is_accepted[claims.person] & (claims.date <= people.end[claims.person])
    inside &= claims.date >= start + scope.waiting_days
    inside &= claims.kind.where(lambda kind: kind in scope.kinds)
    inside &= claims.event.where(lambda event: event is None or event in scope.events)
    inside &= _diagnosis_fits(scope, claims.diagnosis)
    inside &= claims.level.where(lambda level: not scope.levels or level in scope.levels)
    inside &= claims.area.where(lambda area: not scope.areas or area in scope.areas)
    for require in scope.requires:
        inside &= rows.holds(require.condition)
    return inside & ~_is_past_illness(scope, rows, claims.diagnosis)


def _diagnosis_fits(scope: Scope, diagnosis: Coded) -> Truth:
    asked = scope.diagnosis
    if asked is None:
        return np.ones(len(diagnosis.places), dtype=bool)
    return diagnosis.where(lambda code: code is not None and is_in(code, asked))


def _is_past_illness(scope: Scope, rows: Rows, diagnosis: Coded) -> Truth:
    never = scope.never_again
    if never is None:
        return np.zeros(len(diagnosis.places), dtype=bool)

    def is_same(past: Any, place: int) -> bool:
        code = diagnosis.values[place]
        if code is None or not is_in(code, never) or not isinstance(past, list | tuple):
            return False
        return category(code) in {category(one) for one in past}

    return pairwise(rows.fact("conditions"), diagnosis.places, is_same)


def lines_by_benefit(terms: Terms, lines: Lines, in_scope: list[Truth]) -> Whole:
    """The place of the benefit that takes each line, the first of the plan in whose scope it falls."""
    taken = np.full(len(lines.claim), NO_BENEFIT, dtype=np.int64)
    for place, benefit in enumerate(terms.benefits):
        if benefit.pays == REIMBURSEMENT and in_scope[place].any():
            fits = in_scope[place][lines.claim] & _line_fits(benefit.scope, lines) & (taken == NO_BENEFIT)
            taken[fits] = place
    return taken


def _line_fits(scope: Scope, lines: Lines) -> Truth:
    fits = np.ones(len(lines.claim), dtype=bool)
    if scope.categories:
        fits &= lines.category.where(lambda category: category in scope.categories)
    if scope.catalogue is not None:
        fits &= lines.catalogue.where(lambda catalogue: catalogue == scope.catalogue)
    if scope.formulary is not None:
        formulary = scope.formulary
        fits &= lines.item.where(lambda item: is_listed(item, formulary))
    return fits
