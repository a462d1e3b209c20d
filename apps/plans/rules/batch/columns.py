"""Claims as columns: one table of people, one of claims, one of lines, each row pointing at the row it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
"""Fen, days (proleptic ordinals as of ``date.toordinal``) or row numbers."""
Truth = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of values that repeat: the place of each in a tuple of the values there are."""

    places: Whole
    values: tuple[Any, ...]

    @classmethod
    def of(cls, values: Iterable[Any]) -> Coded:
        """The column of values given one by one; values written alike are one."""
        known: dict[str, tuple[int, Any]] = {}
        places = [known.setdefault(repr(value), (len(known), value))[0] for value in values]
        return cls(np.array(places, dtype=np.int64), tuple(value for _place, value in known.values()))

    @classmethod
    def same(cls, value: Any, rows: int) -> Coded:
        """A column of one value."""
        return cls(np.zeros(rows, dtype=np.int64), (value,))

    def where(self, check: Callable[[Any], bool]) -> Truth:
        """Where a check of the value holds; it is asked once a value, not once a row."""
        return np.array([check(value) for value in self.values], dtype=bool)[self.places]

    def at(self, rows: Whole) -> Coded:
        """The column for other rows that point into this one."""
        return Coded(self.places[rows], self.values)


@dataclass(frozen=True, slots=True)
class People:
    """One row for each insured person and policy year; ``end`` inclusive, facts in the engine's own form."""

    born: Whole
    sex: Coded
    start: Whole
    end: Whole
    renewed_years: Whole
    facts: Mapping[str, Coded]

    def fact(self, name: str) -> Coded:
        """A fact of every person, None where nothing is known."""
        return self.facts.get(name) or Coded.same(None, len(self.born))


@dataclass(frozen=True, slots=True)
class Claims:
    """One row a claim, person by person in the order of the people, each person's in the order of deciding."""

    person: Whole
    kind: Coded
    date: Whole
    nights: Whole
    event: Coded
    severity: Coded
    grade: Whole  # 0: none
    diagnosis: Coded
    level: Coded
    area: Coded


@dataclass(frozen=True, slots=True)
class Lines:
    """One row a line, claim by claim in the order of the claims; ``left`` is open after all earlier payers."""

    claim: Whole
    category: Coded
    item: Coded  # `Line.item`
    catalogue: Coded
    left: Whole


@dataclass(frozen=True, slots=True)
class Year:
    """Everything a batch decides: people, their claims, the lines of these."""

    people: People
    claims: Claims
    lines: Lines
