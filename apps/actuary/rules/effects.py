"""What other terms would have changed: in total, by benefit, for groups of people, and who gains or loses how much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Truth = NDArray[np.bool_]

EDGES = (100_00, 500_00, 1_000_00, 5_000_00)
"""Fen a person's year changes by, where the bars of the picture meet; the same below zero."""
LEAST_PEOPLE = 5
"""Figures of fewer people are kept back: they would tell of one person (`telling`)."""
AGES = (0, 6, 12, 18, 40, 60)
"""First age of each group."""


def is_few(people: int | None) -> bool:
    """Somebody, and so few that a figure would tell of one person; not where nothing is known."""
    return people is not None and 0 < people < LEAST_PEOPLE


@dataclass(frozen=True, slots=True)
class Both:
    """A figure under the terms as they are, and under the changed ones; fen or a number.  None: kept back."""

    old: int | None
    new: int | None

    @property
    def change(self) -> int | None:
        return None if self.old is None or self.new is None else self.new - self.old


@dataclass(frozen=True, slots=True)
class Group:
    """People who have something in common; ``kind`` is age, sex or renewal.

    ``changed``: how many of them have another year; None: not known, or kept back.
    """

    kind: str
    name: str
    people: int
    paid: Both
    changed: int | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """How many people's years change by more than ``above`` and at most ``upto`` fen; None: without end."""

    above: int | None
    upto: int | None
    people: int

    @property
    def is_loss(self) -> bool:
        return self.upto is not None and self.upto < 0

    @property
    def is_gain(self) -> bool:
        return self.above is not None and self.above >= 0


@dataclass(frozen=True, slots=True)
class Moved:
    """How many people's years change one way, and by how many fen together.

    None: kept back; then ``is_hidden_few`` says whether because they are few.
    """

    people: int | None
    fen: int | None
    is_hidden_few: bool = False

    @property
    def is_telling(self) -> bool:
        """So few that the figures would tell of one person."""
        return self.is_hidden_few or is_few(self.people)


@dataclass(frozen=True, slots=True)
class Effect:
    """The answer to a what-if; money in fen.  ``differs``: claims the engine decides otherwise than was decided.

    ``changed``: for how many people each benefit pays otherwise; empty: not known, or kept back.
    """

    people: int | None
    claims: int
    differs: int
    paid: Both
    earned: Both
    accepted: Both
    benefits: Mapping[str, Both]
    groups: tuple[Group, ...]
    bars: tuple[Bar, ...]
    gaining: Moved
    losing: Moved
    changed: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Side:
    """What one set of terms pays: fen of each claim by benefit; fen each person's cover earns; who could join."""

    benefits: Mapping[str, Whole]
    earned: Whole
    is_accepted: Truth

    @property
    def paid(self) -> Whole:
        columns = list(self.benefits.values())
        return sum(columns[1:], columns[0])


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose claims they are, which of them count in the period, what was paid on each, and what people have in common.

    ``age``, ``sex`` (0 female, 1 male) and ``renewed_years`` have one row a person.
    """

    person: Whole
    counts: Truth
    decided_fen: Whole
    age: Whole
    sex: Whole
    renewed_years: Whole


def effect_of(asked: Asked, old: Side, new: Side) -> Effect:
    """Compare two sets of terms over the same claims."""
    was, now = (np.where(asked.counts, side.paid, 0) for side in (old, new))
    people = len(asked.age)
    old_by_person, new_by_person = (_by_person(asked, fen, people) for fen in (was, now))
    change = new_by_person - old_by_person
    return Effect(
        people=people,
        claims=int(asked.counts.sum()),
        differs=int((asked.counts & (old.paid != asked.decided_fen)).sum()),
        paid=Both(int(was.sum()), int(now.sum())),
        earned=Both(int(old.earned.sum()), int(new.earned.sum())),
        accepted=Both(int(old.is_accepted.sum()), int(new.is_accepted.sum())),
        benefits={code: _benefit(asked, old.benefits[code], fen) for code, fen in new.benefits.items()},
        groups=tuple(_groups(asked, old_by_person, new_by_person)),
        bars=_bars(change),
        gaining=_moved(change[change > 0]),
        losing=_moved(change[change < 0]),
        changed={code: _changed(asked, fen - old.benefits[code], people) for code, fen in new.benefits.items()},
    )


def _changed(asked: Asked, change: Whole, people: int) -> int:
    return int(np.count_nonzero(_by_person(asked, np.where(asked.counts, change, 0), people)))


def _moved(change: Whole) -> Moved:
    return Moved(len(change), int(change.sum()))


def _by_person(asked: Asked, fen: Whole, people: int) -> Whole:
    sums = np.zeros(people, dtype=np.int64)
    np.add.at(sums, asked.person, fen)
    return sums


def _benefit(asked: Asked, old: Whole, new: Whole) -> Both:
    return Both(int(old[asked.counts].sum()), int(new[asked.counts].sum()))


def _groups(asked: Asked, old: Whole, new: Whole) -> list[Group]:
    ages = np.searchsorted(AGES, asked.age, side="right") - 1
    names = [f"{low}-{high - 1}" for low, high in pairwise(AGES)] + [f"{AGES[-1]}+"]
    sorts = (
        ("age", ages, names),
        ("sex", asked.sex, ["female", "male"]),
        ("renewal", np.minimum(asked.renewed_years, 1), ["first", "renewed"]),
    )
    return [
        _group(kind, name, old[inside], new[inside])
        for kind, places, every in sorts
        for place, name in enumerate(every)
        if (inside := places == place).any()
    ]


def _group(kind: str, name: str, old: Whole, new: Whole) -> Group:
    return Group(kind, name, len(old), Both(int(old.sum()), int(new.sum())), int(np.count_nonzero(old != new)))


def _bars(change: Whole) -> tuple[Bar, ...]:
    """Losers by how much, those in between, gainers by how much."""
    ends = [*(-edge for edge in reversed(EDGES)), -1, 0, *EDGES]
    bounds: list[int | None] = [None, *ends, None]
    bars = []
    for above, upto in pairwise(bounds):
        inside = np.ones(len(change), dtype=bool)
        if above is not None:
            inside &= change > above
        if upto is not None:
            inside &= change <= upto
        bars.append(Bar(above, upto, int(inside.sum())))
    return tuple(bars)


def earned_fen(price: Whole, start: Whole, end: Whole, since: int, until: int) -> Whole:
    """What covers ``[start, end)`` of a price earn on the days ``[since, until)``, half up on the cumulative amount."""

    days = end - start

    def earned_before(day: int) -> Whole:
        earned: Whole = (2 * price * np.clip(day - start, 0, days) + days) // (2 * days)
        return earned

    return earned_before(until) - earned_before(since)


def effect_data(effect: Effect) -> dict[str, Any]:
    """The effect as plain data; ``effect_from`` is the inverse."""
    both = {name: _pair(getattr(effect, name)) for name in ("paid", "earned", "accepted")}
    moved = {name: list(astuple(getattr(effect, name))) for name in ("gaining", "losing")}
    return {
        **{name: getattr(effect, name) for name in ("people", "claims", "differs")},
        **both,
        **moved,
        "benefits": {code: _pair(fen) for code, fen in effect.benefits.items()},
        "groups": [[group.kind, group.name, group.people, _pair(group.paid), group.changed] for group in effect.groups],
        "bars": [[bar.above, bar.upto, bar.people] for bar in effect.bars],
        "changed": dict(effect.changed),
    }


def effect_from(data: Mapping[str, Any]) -> Effect:
    return Effect(
        people=data["people"],
        claims=data["claims"],
        differs=data["differs"],
        paid=Both(*data["paid"]),
        earned=Both(*data["earned"]),
        accepted=Both(*data["accepted"]),
        gaining=Moved(*data["gaining"]),
        losing=Moved(*data["losing"]),
        benefits={code: Both(*fen) for code, fen in data["benefits"].items()},
        groups=tuple(Group(kind, name, people, Both(*fen), *rest) for kind, name, people, fen, *rest in data["groups"]),
        bars=tuple(Bar(*bar) for bar in data["bars"]),
        changed=data.get("changed", {}),
    )


def _pair(both: Both) -> list[int | None]:
    return [both.old, both.new]
