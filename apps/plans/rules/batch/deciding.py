"""What a plan pays on a year of claims of many people: every benefit's steps, run on whole columns in their order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from apps.plans.rules.conditions import AllOf
from apps.plans.rules.terms import ALLOWANCE, LUMP_SUM, Benefit, Terms

from .columns import Truth, Whole, Year
from .conditions import Rows
from .lumps import Candidates
from .scope import claims_in_scope, lines_by_benefit
from .stepping import Stepping

MOST_FEN = 2**62 // 10_000
"""Above this sum a share of it might not fit into 64 bits."""


@dataclass(frozen=True, slots=True)
class BatchDecision:
    """Fen paid under each benefit, a column with one amount a claim."""

    benefits: Mapping[str, Whole]
    is_accepted: Truth

    @property
    def paid(self) -> Whole:
        """Fen paid on each claim."""
        columns = list(self.benefits.values())
        return sum(columns[1:], columns[0])


def decide_columns(terms: Terms, year: Year) -> BatchDecision:
    """Decide the claims of whole policy years, each person's in the order in which they stand.

    Gives to the fen what `adjudicate` gives one after another from empty running totals.  Raises OverflowError when
    the bills are beyond all money.
    """
    if int(year.lines.left.sum()) > MOST_FEN:
        raise OverflowError("the bills are too large to be decided in columns")
    is_accepted = Rows(year.people).holds(AllOf(tuple(joining.condition for joining in terms.joining)))
    in_scope = [claims_in_scope(benefit, year, is_accepted) for benefit in terms.benefits]
    taken = lines_by_benefit(terms, year.lines, in_scope)
    candidates = Candidates(terms, year, in_scope)
    while True:
        stepping = Stepping(terms, year, taken)
        paid = stepping.run(
            [_amounts(benefit, stepping, candidates, place) for place, benefit in enumerate(terms.benefits)]
        )
        if not candidates.go_on(paid):
            return BatchDecision(
                {benefit.code: paid[place] for place, benefit in enumerate(terms.benefits)}, is_accepted
            )


def _amounts(benefit: Benefit, stepping: Stepping, candidates: Candidates, place: int) -> Whole:
    """What each claim asks of a benefit before any step."""
    year = stepping.year
    if benefit.pays == LUMP_SUM:
        return candidates.amounts(place)
    if benefit.pays == ALLOWANCE:
        return np.where(candidates.in_scope[place], year.claims.nights * benefit.per_night, 0)
    return stepping.open_by_claim(place)
