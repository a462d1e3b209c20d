"""The steps of adjudication as clips of running totals.

A clip gives F(total after) - F(total before), F being a piecewise linear curve: a deductible, bands and every limit are
such curves, so one definition serves one claim at the counter and later columns of claims.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from .scalars import WHOLE_SHARE, Amount


@dataclass(frozen=True, slots=True)
class Curve:
    """Slopes (hundredths of a percent) between edges (fen); the last slope has no end.

    In the batch form an edge may be a column: another limit for each claim.
    """

    edges: tuple[Any, ...]
    slopes: tuple[int, ...]
    _unit: int = field(init=False, repr=False, compare=False)
    _turns: tuple[tuple[Any, int], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Where all slopes are nothing or everything, nothing needs rounding and the unit is one."""
        unit = 1 if all(slope in (0, WHOLE_SHARE) for slope in self.slopes) else WHOLE_SHARE
        slopes = [slope * unit // WHOLE_SHARE for slope in (0, *self.slopes)]
        changes = [after - before for before, after in pairwise(slopes)]
        object.__setattr__(self, "_unit", unit)
        object.__setattr__(self, "_turns", tuple(zip((0, *self.edges), changes, strict=True)))

    def at(self, total: Amount) -> Amount:
        """F(total) in fen, half up on the cumulative amount: the slope turns at each edge that is passed."""
        scaled = total * 0
        for edge, change in self._turns:
            if change:
                scaled = scaled + (total - edge) * (total > edge) * change
        return scaled if self._unit == 1 else (scaled + self._unit // 2) // self._unit

    def hold(self, total: int) -> int:
        """The running total worth keeping: beyond the last edge of a flat end nothing changes any more."""
        if self.slopes[-1] == 0 and self.edges:
            return min(total, int(self.edges[-1]))
        return total


def deductible_curve(amount: int) -> Curve:
    """Nothing up to the amount, everything above."""
    return Curve((amount,), (0, WHOLE_SHARE))


def limit_curve(amount: int) -> Curve:
    """Everything up to the amount, nothing above."""
    return Curve((amount,), (WHOLE_SHARE, 0))


@dataclass(frozen=True, slots=True)
class Clip:
    """One step over a running total; ``key`` None: the total starts at zero with each claim.

    ``key`` may hold the places ``{date}`` and ``{item}``; ``amount`` is the deductible or limit, for the explanation.
    """

    step: str
    key: str | None
    curve: Curve
    clause: str
    amount: int = 0


@dataclass(slots=True)
class Totals:
    """Running totals while one claim is decided; starts from the accumulators and never changes them."""

    now: dict[str, int]

    def used(self, key: str | None) -> int:
        """The running total under a key."""
        return 0 if key is None else self.now.get(key, 0)

    def pass_through(self, clip: Clip, amount: int, *, date: str = "", item: str = "") -> int:
        """Run an amount through a clip: F(after) - F(before); the total moves on."""
        key = clip.key and clip.key.format(date=date, item=item)
        before = self.used(key)
        after = before + amount
        if key is not None and amount:
            self.now[key] = clip.curve.hold(after)
        return clip.curve.at(after) - clip.curve.at(before)
