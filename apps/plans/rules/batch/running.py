"""Running totals over columns: sums that begin anew with each person, day or item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apps.plans.rules.clips import Curve

from .columns import Whole


@dataclass(frozen=True, slots=True)
class Groups:
    """Which rows share a running total: an order that brings them together (None: as they are), where each begins."""

    order: Whole | None
    starts: Whole
    sizes: Whole

    @classmethod
    def by(cls, *keys: Whole) -> Groups:
        """Rows with equal keys, in the order in which they stand; the first key weighs most."""
        rows = len(keys[0])
        if rows == 0:
            return cls(None, np.zeros(0, np.int64), np.zeros(0, np.int64))
        order = None if _are_sorted(keys) else np.lexsort(keys[::-1])
        arranged = keys if order is None else tuple(key[order] for key in keys)
        changes = np.zeros(rows - 1, dtype=bool)
        for key in arranged:
            changes |= key[1:] != key[:-1]
        starts = np.concatenate(([0], np.flatnonzero(changes) + 1))
        return cls(order, starts, np.diff(np.append(starts, rows)))

    def before(self, amounts: Whole) -> Whole:
        """For each row the sum of the rows of its group before it."""
        arranged = amounts if self.order is None else amounts[self.order]
        sums = np.cumsum(arranged) - arranged
        sums -= np.repeat(sums[self.starts], self.sizes)
        if self.order is None:
            return sums
        back = np.empty_like(sums)
        back[self.order] = sums
        return back


def _are_sorted(keys: Sequence[Whole]) -> bool:
    """Whether rows stand in the order of their keys already."""
    tied = np.ones(len(keys[0]) - 1, dtype=bool)
    for key in keys:
        if (tied & (key[1:] < key[:-1])).any():
            return False
        tied &= key[1:] == key[:-1]
    return True


def clipped(amounts: Sequence[Whole], curves: Sequence[Curve], groups: Groups) -> list[Whole]:
    """Run the amounts of several benefits through clips of one running total, in the order of the benefits.

    The same F(total after) - F(total before) as at the counter, for all claims at once.
    """
    total = groups.before(sum(amounts[1:], amounts[0]))
    results = []
    for amount, curve in zip(amounts, curves, strict=True):
        after = total + amount
        results.append(curve.at(after) - curve.at(total))
        total = after
    return results


def summed(amounts: Whole, starts: Whole, ends: Whole) -> Whole:
    """Sums of the runs of rows from each start up to, not including, its end."""
    sums = np.concatenate(([0], np.cumsum(amounts)))
    return sums[ends] - sums[starts]


def spread_columns(amounts: Whole, weights: Whole, part_of: Whole) -> Whole:
    """`sharing.spread` for many amounts at once: row i of the weights belongs to amount ``part_of[i]``."""
    totals = np.zeros(len(amounts), dtype=np.int64)
    np.add.at(totals, part_of, weights)
    mine, total = amounts[part_of], totals[part_of]
    total = np.where(total == 0, 1, total)
    scaled = _product(mine, weights)
    shares = (scaled // total).astype(np.int64)
    rests = (scaled % total).astype(np.int64)
    given = np.zeros(len(amounts), dtype=np.int64)
    np.add.at(given, part_of, shares)
    missing = np.where(totals == 0, 0, amounts - given)
    order = np.lexsort((np.arange(len(weights)), -rests, part_of))
    ranks = np.empty(len(weights), dtype=np.int64)
    firsts = np.searchsorted(part_of[order], part_of[order])
    ranks[order] = np.arange(len(weights)) - firsts
    return shares + (ranks < missing[part_of])


def _product(amounts: Whole, weights: Whole) -> NDArray[Any]:
    """Products that may go beyond 64 bits are made of Python's own whole numbers."""
    is_large = len(amounts) > 0 and int(amounts.max()) * int(weights.max()) >= 2**63
    product: NDArray[Any] = amounts.astype(object) * weights if is_large else amounts * weights
    return product
