"""Whether the council is composed as the covenant demands: seats by constituency, and shares over all seats."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Share:
    """These constituencies together hold at least this part of all seats."""

    of: frozenset[str]
    at_least: Fraction


@dataclass(frozen=True, slots=True)
class Composition:
    version: int
    term_years: int
    bounds: Mapping[str, tuple[int, int]]
    shares: tuple[Share, ...] = ()


@dataclass(frozen=True, slots=True)
class Breach:
    """A constituency with too few or too many seats, or constituencies with too small a share together."""

    kind: str
    constituencies: tuple[str, ...]
    seats: int
    bound: str


def breaches(composition: Composition, seats: Iterable[str]) -> tuple[Breach, ...]:
    """Everything wrong with seats given by their constituencies; empty when all is well."""
    count = Counter(seats)
    found = [
        Breach("too-few" if count[name] < least else "too-many", (name,), count[name], str(bound))
        for name, (least, most) in composition.bounds.items()
        if count[name] != (bound := min(max(count[name], least), most))
    ]
    found += [Breach("unknown", (name,), count[name], "0") for name in count if name not in composition.bounds]
    for share in composition.shares:
        held = sum(count[name] for name in share.of)
        if held * share.at_least.denominator < share.at_least.numerator * count.total():
            found.append(Breach("too-small-a-share", tuple(sorted(share.of)), held, str(share.at_least)))
    return tuple(found)


def has_place(composition: Composition, seats: Iterable[str], constituency: str) -> bool:
    """Whether one more seat of the constituency fits."""
    _, most = composition.bounds.get(constituency, (0, 0))
    return sum(name == constituency for name in seats) < most
