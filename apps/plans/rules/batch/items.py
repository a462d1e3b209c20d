"""A limit for each item on columns: shared over the items of a claim, clipped, and shared over its lines again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from apps.plans.rules.clips import Curve

from .columns import Whole, Year
from .running import Groups, clipped, spread_columns


def clip_items(year: Year, amounts: Sequence[Whole], weights: Sequence[Whole], curves: Sequence[Curve]) -> list[Whole]:
    """What each line keeps under each of the benefits that share the limit."""
    lines = year.lines
    codes = np.argsort(np.argsort(np.array(lines.item.values)))[lines.item.places]
    items = Groups.by(lines.claim, codes)
    order = np.arange(len(codes)) if items.order is None else items.order
    firsts, item_of = order[items.starts], np.repeat(np.arange(len(items.starts)), items.sizes)
    claim = lines.claim[firsts]
    shares = [
        spread_columns(amount, np.add.reduceat(weight[order], items.starts), claim)
        for amount, weight in zip(amounts, weights, strict=True)
    ]
    after = clipped(
        shares, [_at(curve, claim) for curve in curves], Groups.by(year.claims.person[claim], codes[firsts])
    )
    kept = [np.empty_like(weight) for weight in weights]
    for parts, share, weight in zip(kept, after, weights, strict=True):
        parts[order] = spread_columns(share, weight[order], item_of)
    return kept


def _at(curve: Curve, claim: Whole) -> Curve:
    """The curve for each item, where its edge is a column with one a claim."""
    edges = (edge[claim] if isinstance(edge, np.ndarray) else edge for edge in curve.edges)
    return Curve(tuple(edges), curve.slopes)
