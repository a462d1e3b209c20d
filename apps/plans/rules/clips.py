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

    def key_for(self, *, date: str = "", item: str = "") -> str | None:
        """The running total of a day or an item, where it is kept for each."""
        return self.key and self.key.format(date=date, item=item)


@dataclass(slots=True)
class Totals:
    """Running totals while one claim is decided; starts from the accumulators and never changes them.

    Deductibles and bands run on what comes to them, limits are used up by what is paid in the end.
    """

    now: dict[str, int]

    def used(self, key: str | None) -> int:
        """The running total under a key."""
        return 0 if key is None else self.now.get(key, 0)

    def add(self, key: str | None, amount: int) -> None:
        """Move a running total on."""
        if key is not None and amount:
            self.now[key] = self.used(key) + amount

    def clipped(self, clip: Clip, key: str | None, amount: int) -> int:
        """What a clip lets through of an amount: F(total after) - F(total before)."""
        before = self.used(key)
        return clip.curve.at(before + amount) - clip.curve.at(before)
