"""What must hold of deductibles and limits that benefits share, so that one running total can serve them all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from apps.core.errors import N_, Told

from .faults import Fault
from .source import Path
from .terms import Benefit, Ladder


def check_shared(benefits: Sequence[Benefit]) -> None:
    """One amount for each, used once by a benefit, in an order no two benefits contradict.  Raises Fault."""
    known: dict[str, tuple[str, Ladder]] = {}
    before: TopologicalSorter[str] = TopologicalSorter()
    for number, benefit in enumerate(benefits):
        keys = [key for key, _ in _kept(benefit)]
        for key, ladder in _kept(benefit):
            if keys.count(key) > 1:
                raise Fault(("benefits", number, "limits"), N_("use %(total)s twice"), total=_name(key))
            code, other = known.setdefault(key, (benefit.code, ladder))
            if _edges(other) != _edges(ladder):
                told = N_("share %(total)s with %(other)s, but not its amount")
                raise Fault(("benefits", number, "limits"), told, total=_name(key), other=code)
        for earlier, later in pairwise(keys):
            before.add(later, earlier)
    _check_nested(benefits)
    try:
        before.prepare()
    except CycleError as error:
        names = map(_name, dict.fromkeys(error.args[1]))
        raise Fault(("benefits",), N_("share %(totals)s in different orders"), totals=reduce(_both, names)) from None


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
                raise Fault(("benefits", number, "limits"), N_("are for a day and for an item: choose one of them"))
            if not users[narrow] <= users[wide]:
                others = ", ".join(sorted(users[narrow] - users[wide]))
                told = N_("share %(total)s with %(others)s, but not %(wide)s")
                where: Path = ("benefits", number, "limits")
                raise Fault(where, told, total=_name(narrow), others=others, wide=_name(wide))


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


_NAMES = {
    "deductible": N_("the deductible %(pool)s"),
    "day": N_("the day limit %(pool)s"),
    "item": N_("the item limit %(pool)s"),
    "year": N_("the year limit %(pool)s"),
    "overall": N_("the overall limit %(pool)s"),
}


def _name(key: str) -> Told:
    """``year:shared`` as people say it: ``the year limit shared``."""
    kind, pool, *_ = key.split(":")
    return Told(_NAMES[kind], pool=pool)


def _both(one: Told, other: Told) -> Told:
    return Told(N_("%(one)s and %(other)s"), one=one, other=other)
