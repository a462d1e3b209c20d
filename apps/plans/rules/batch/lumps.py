"""Sums at an event: all but the repeating ones are paid once a policy year, to the first claim that gets anything."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from apps.plans.rules.scalars import part_of
from apps.plans.rules.terms import LUMP_SUM, Lump, Terms

from .columns import Truth, Whole, Year


class Candidates:
    """Which event claims ask for their sum: of a sum paid once the first, and the next where that got nothing.

    A claim gets nothing where a limit is used up, which is known only after the steps; so these run again until
    nobody is left to ask.
    """

    def __init__(self, terms: Terms, year: Year, in_scope: Sequence[Truth]) -> None:
        self.in_scope, self.year = in_scope, year
        self._lumps: dict[int, Lump] = {
            place: benefit.lump for place, benefit in enumerate(terms.benefits) if benefit.pays == LUMP_SUM
        }
        self._asking = {place: self._first(place) for place in self._lumps}

    def _first(self, place: int) -> Truth:
        if self._lumps[place].repeats:
            return self.in_scope[place]
        return self._firsts(self.in_scope[place])

    def _firsts(self, wanted: Truth) -> Truth:
        """The first wanted claim of each person."""
        rows = np.flatnonzero(wanted)
        _people, at = np.unique(self.year.claims.person[rows], return_index=True)
        firsts = np.zeros(len(wanted), dtype=bool)
        firsts[rows[at]] = True
        return firsts

    def amounts(self, place: int) -> Whole:
        """The sum of each claim that asks."""
        lump = self._lumps[place]
        shares = self._shares(lump)
        return np.where(self._asking[place], part_of(np.full_like(shares, lump.amount), shares), 0)

    def _shares(self, lump: Lump) -> Whole:
        grade = self.year.claims.grade
        if not lump.by_grade:
            return np.full(len(grade), lump.share, dtype=np.int64)
        by_grade = np.array([0, *lump.by_grade], dtype=np.int64)
        return by_grade[np.where((grade > 0) & (grade < len(by_grade)), grade, 0)]

    def go_on(self, paid: Sequence[Whole]) -> bool:
        """Let the next claim ask where every one before got nothing; whether anybody does."""
        has_more = False
        for place, lump in self._lumps.items():
            if not lump.repeats:
                asking, person = self._asking[place], self.year.claims.person
                is_served = np.zeros(int(person.max(initial=0)) + 1, dtype=bool)
                is_served[person[asking & (paid[place] > 0)]] = True
                following = self._firsts(self.in_scope[place] & ~asking & ~is_served[person])
                self._asking[place] = asking | following
                has_more |= bool(following.any())
        return has_more
