"""The worksheet of one claim: running totals, and the steps written down as they change an amount."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from .clips import Clip, Totals
from .decision import Step
from .sharing import spread


@dataclass(slots=True)
class Worksheet:
    """Amounts of one benefit on one claim, step by step."""

    totals: Totals
    benefit: str
    steps: list[Step] = field(default_factory=list)

    def note(self, step: str, before: int, after: int, clause: str, **params: int) -> int:
        """Write a step down if it changed something; gives the amount after."""
        if before != after:
            self.steps.append(Step(self.benefit, step, before, after, clause, params))
        return after

    def clip(self, clip: Clip, amount: int, date: str) -> int:
        """Run an amount through a clip of a running total."""
        used = self.totals.used(clip.key and clip.key.format(date=date, item=""))
        after = self.totals.pass_through(clip, amount, date=date)
        return self.note(clip.step, amount, after, clip.clause, amount=clip.amount, used=used)

    def clip_items(self, clip: Clip, weights: list[int], amount: int, items: Sequence[str]) -> list[int]:
        """Run an amount through a limit for each item; gives what each line keeps.

        The amount is shared over the items (in the order of their codes, so that the order of lines does not matter)
        in proportion to their weights, clipped, and shared over each item's lines again.
        """
        codes = sorted(set(items))
        lines_of = {code: [i for i, item in enumerate(items) if item == code] for code in codes}
        shares = spread(amount, [sum(weights[i] for i in lines_of[code]) for code in codes])
        kept = [0] * len(items)
        for code, share in zip(codes, shares, strict=True):
            after = self.totals.pass_through(clip, share, item=code)
            lines = lines_of[code]
            for i, part in zip(lines, spread(after, [weights[i] for i in lines]), strict=True):
                kept[i] = part
        self.note(clip.step, amount, sum(kept), clip.clause, amount=clip.amount)
        return kept
