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
    _limits: list[str] = field(default_factory=list)
    _item_limits: list[Clip] = field(default_factory=list)

    def note(self, step: str, before: int, after: int, clause: str, **params: int) -> int:
        """Write a step down if it changed something; gives the amount after."""
        if before != after:
            self.steps.append(Step(self.benefit, step, before, after, clause, params))
        return after

    def share_cost(self, clip: Clip, amount: int) -> int:
        """Run an amount through a deductible or bands; the running total moves on by what came to it."""
        used, after = self.totals.used(clip.key), self.totals.clipped(clip, clip.key, amount)
        self.totals.add(clip.key, amount)
        return self.note(clip.step, amount, after, clip.clause, amount=clip.amount, used=used)

    def limit(self, clip: Clip, amount: int, date: str) -> int:
        """What a limit leaves of an amount; ``use_up`` moves its running total on."""
        key = clip.key_for(date=date)
        if key is not None:
            self._limits.append(key)
        used, after = self.totals.used(key), self.totals.clipped(clip, key, amount)
        return self.note(clip.step, amount, after, clip.clause, amount=clip.amount, used=used)

    def limit_items(self, clip: Clip, weights: list[int], amount: int, items: Sequence[str]) -> list[int]:
        """What each line keeps under a limit for each item.

        The amount is shared over the items (in the order of their codes, so that the order of lines does not matter)
        in proportion to their weights, clipped, and shared over each item's lines again.
        """
        self._item_limits.append(clip)
        codes = sorted(set(items))
        lines_of = {code: [i for i, item in enumerate(items) if item == code] for code in codes}
        shares = spread(amount, [sum(weights[i] for i in lines_of[code]) for code in codes])
        kept = [0] * len(items)
        for code, share in zip(codes, shares, strict=True):
            after = self.totals.clipped(clip, clip.key_for(item=code), share)
            lines = lines_of[code]
            for i, part in zip(lines, spread(after, [weights[i] for i in lines]), strict=True):
                kept[i] = part
        self.note(clip.step, amount, sum(kept), clip.clause, amount=clip.amount)
        return kept

    def use_up(self, paid: int, items: Sequence[str], on_lines: Sequence[int]) -> None:
        """Every limit is used up by what was paid in the end, whatever later limits took away."""
        for key in self._limits:
            self.totals.add(key, paid)
        for clip in self._item_limits:
            for item, fen in zip(items, on_lines, strict=True):
                self.totals.add(clip.key_for(item=item), fen)
