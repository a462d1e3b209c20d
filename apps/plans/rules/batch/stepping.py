"""The steps of all benefits on columns: a step that shares its running total with another benefit waits for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from apps.plans.rules.clips import Clip, Curve
from apps.plans.rules.scalars import WHOLE_SHARE, part_of
from apps.plans.rules.terms import Benefit, Ladder, Rate, Terms

from .columns import Whole, Year
from .conditions import Rows
from .items import clip_items
from .running import Groups, clipped, summed

Step = Ladder | Rate


@dataclass(slots=True)
class Walk:
    """One benefit on its way through its steps: the amount of each claim, the weights of its lines."""

    steps: Sequence[Step]
    amount: Whole
    weights: Whole
    done: int = field(default=0)

    @property
    def key(self) -> str | None:
        """The running total that the next step shares or keeps; None where there is none, or no step."""
        step = self.steps[self.done] if self.done < len(self.steps) else None
        return step.rungs[0].key if isinstance(step, Ladder) else None

    @property
    def is_over(self) -> bool:
        return self.done == len(self.steps)


def steps_of(benefit: Benefit) -> tuple[Step, ...]:
    """Everything that can change an amount of the benefit, in the order of adjudication."""
    return (*benefit.cost_sharing, *([benefit.rate] if benefit.rate else []), *benefit.limits)


class Stepping:
    """Runs the benefits of a plan over a year, each step once for all claims."""

    def __init__(self, terms: Terms, year: Year, taken: Whole) -> None:
        self.terms, self.year, self.taken = terms, year, taken
        claims = np.arange(len(year.claims.person) + 1)
        bounds = np.searchsorted(year.lines.claim, claims)
        self._starts, self._ends = bounds[:-1], bounds[1:]
        self._by_person = Groups.by(year.claims.person)
        self._by_day: Groups | None = None

    def open_by_claim(self, place: int) -> Whole:
        """What earlier payers left open on the lines of a benefit, claim by claim."""
        return summed(self._open(place), self._starts, self._ends)

    def _open(self, place: int) -> Whole:
        return np.where(self.taken == place, self.year.lines.left, 0)

    def run(self, amounts: Sequence[Whole]) -> list[Whole]:
        """What is paid under each benefit, from what is asked of it."""
        walks = [
            Walk(steps_of(benefit), amount, self._open(place))
            for place, (benefit, amount) in enumerate(zip(self.terms.benefits, amounts, strict=True))
        ]
        while not all(walk.is_over for walk in walks):
            self._advance(walks)
        return [walk.amount for walk in walks]

    def _advance(self, walks: Sequence[Walk]) -> None:
        """Every step that waits for no other benefit."""
        for walk in walks:
            if walk.is_over:
                continue
            users = [other for other in walks if walk.key is not None and _will_use(other, walk.key)]
            if len(users) < 2:
                self._step([walk])
            elif all(other.key == walk.key for other in users):
                self._step(users)

    def _step(self, walks: Sequence[Walk]) -> None:
        step = walks[0].steps[walks[0].done]
        if isinstance(step, Rate):
            walks[0].amount = part_of(walks[0].amount, self._shares(step))
        elif step.rungs[0].step == "item-limit":
            self._limit_items(walks)
        else:
            curves = [self._curve(walk) for walk in walks]
            for walk, amount in zip(walks, self._clipped(walks, step.rungs[0], curves), strict=True):
                walk.amount = amount
        for walk in walks:
            walk.done += 1

    def _clipped(self, walks: Sequence[Walk], clip: Clip, curves: Sequence[Curve]) -> list[Whole]:
        if clip.key is None:
            return [curves[0].at(walks[0].amount)]
        groups = self._days() if "{date}" in clip.key else self._by_person
        return clipped([walk.amount for walk in walks], curves, groups)

    def _days(self) -> Groups:
        if self._by_day is None:
            self._by_day = Groups.by(self.year.claims.person, self.year.claims.date)
        return self._by_day

    def _curve(self, walk: Walk) -> Curve:
        """The curve of a walk's next step; where it differs by unbroken years, its edge is a column."""
        rungs = walk.steps[walk.done].rungs  # type: ignore[union-attr]
        if len(rungs) == 1:
            return rungs[0].curve
        edges = np.array([rung.curve.edges[0] for rung in rungs], dtype=np.int64)
        renewed = self.year.people.renewed_years[self.year.claims.person]
        return Curve((edges[np.minimum(renewed, len(rungs) - 1)],), rungs[0].curve.slopes)

    def _shares(self, rate: Rate) -> Whole:
        """The share in force for each claim: replaced by the first condition that holds, raised by all that hold."""
        rows = Rows(self.year.people, self.year.claims)
        share = np.full(len(self.year.claims.person), rate.share, dtype=np.int64)
        for instead in reversed(rate.instead):
            share = np.where(rows.holds(instead.condition), instead.share, share)
        for raised in rate.raised:
            share = share + np.where(rows.holds(raised.condition), raised.share, 0)
        return np.minimum(share, WHOLE_SHARE)

    def _limit_items(self, walks: Sequence[Walk]) -> None:
        curves = [self._curve(walk) for walk in walks]
        kept = clip_items(self.year, [walk.amount for walk in walks], [walk.weights for walk in walks], curves)
        for walk, weights in zip(walks, kept, strict=True):
            walk.weights, walk.amount = weights, summed(weights, self._starts, self._ends)


def _will_use(walk: Walk, key: str) -> bool:
    return any(isinstance(step, Ladder) and step.rungs[0].key == key for step in walk.steps[walk.done :])
