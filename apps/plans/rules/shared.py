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
    _check_nested(benefits)
    try:
        before.prepare()
    except CycleError as error:
        names = " and ".join(dict.fromkeys(_name(key) for key in error.args[1]))
        raise Fault(("benefits",), f"share {names} in different orders") from None


def _check_nested(benefits: Sequence[Benefit]) -> None:
    """Each limit reaches as far as the one before it, in time and in benefits, or further.

    Then a limit that takes something away is used up for all that the limits before it may still let through, and
    whether these count what came to them or what was paid makes no difference to what is paid.
    """
    users: dict[str, set[str]] = {}
    for benefit in benefits:
        for key in _limit_keys(benefit):
            users.setdefault(key, set()).add(benefit.code)
    for number, benefit in enumerate(benefits):
        for narrow, wide in pairwise(_limit_keys(benefit)):
            if {_kind(narrow), _kind(wide)} == {"day", "item"}:
                raise Fault(("benefits", number, "limits"), "are for a day and for an item: choose one of them")
            if not users[narrow] <= users[wide]:
                others = ", ".join(sorted(users[narrow] - users[wide]))
                raise Fault(
                    ("benefits", number, "limits"), f"share {_name(narrow)} with {others}, but not {_name(wide)}"
                )


def _limit_keys(benefit: Benefit) -> list[str]:
    return [key for ladder in benefit.limits if (key := ladder.rungs[0].key) is not None]


def _kind(key: str) -> str:
    return key.partition(":")[0]


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
