"""Who is insured, from when to when, and how old they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Insured:
    """The insured person as known at joining; facts by the names of `facts.FACTS`."""

    born: date
    sex: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy year; both days inclusive, as on paper.  ``renewed_years``: unbroken years before this one."""

    start: date
    end: date
    renewed_years: int = 0

    def covers(self, day: date) -> bool:
        """Whether a service on this day falls into the policy year."""
        return self.start <= day <= self.end


def completed_years(born: date, on: date) -> int:
    """Age in completed years; who was born on 29 February completes a year on 1 March where the day is missing."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def years_later(day: date, years: int) -> date:
    """The same day some years later; 1 March for a missing 29 February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
