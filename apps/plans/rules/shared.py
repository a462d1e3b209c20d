"""What must hold of deductibles and limits that benefits share, so that one running total can serve them all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from .faults import Fault
from .terms import Benefit, Ladder


def check_shared(benefits: Sequence[Benefit]) -> None:
    """One amount for each, used once by a benefit, in an order no two benefits contradict.  Raises Fault."""
    known: dict[str, tuple[str, Ladder]] = {}
    before: TopologicalSorter[str] = TopologicalSorter()
    for number, benefit in enumerate(benefits):
        keys = [key for key, _ in _kept(benefit)]
        for key, ladder in _kept(benefit):
            if keys.count(key) > 1:
                raise Fault(("benefits", number, "limits"), f"use {_name(key)} twice")
            code, other = known.setdefault(key, (benefit.code, ladder))
            if _edges(other) != _edges(ladder):
                raise Fault(("benefits", number, "limits"), f"share {_name(key)} with {code}, but not its amount")
        for earlier, later in pairwise(keys):
            before.add(later, earlier)
    try:
        before.prepare()
    except CycleError as error:
        names = " and ".join(dict.fromkeys(_name(key) for key in error.args[1]))
        raise Fault(("benefits",), f"share {names} in different orders") from None


def _kept(benefit: Benefit) -> Iterator[tuple[str, Ladder]]:
    """The running totals a benefit keeps, in the order of its steps."""
    for ladder in (*benefit.cost_sharing, *benefit.limits):
        key = ladder.rungs[0].key
        if key is not None:
            yield key, ladder


def _edges(ladder: Ladder) -> list[tuple[int, ...]]:
    return [rung.curve.edges for rung in ladder.rungs]


def _name(key: str) -> str:
    """``year:shared`` as people say it: ``the year limit shared``."""
    kind, _, pool = key.partition(":")
    return f"the {kind} {'' if kind == 'deductible' else 'limit '}{pool.partition(':')[0]}"
