"""Which follow-up programmes a person's covers bring, and under which plan's cut points."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from apps.care.programmes import Programme, programme_of_family
from apps.enrolments.selectors import terms_on


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A programme with the plan (``code@version``) that may set cut points of its own."""

    programme: Programme
    plan: str


def programmes_of(person_id: int, day: date) -> list[Enrolled]:
    """One entry per programme, by the first cover in plan priority that brings it."""
    found: dict[str, Enrolled] = {}
    for terms in terms_on(person_id, day):
        programme = programme_of_family(terms.disease_family)
        if programme:
            found.setdefault(programme.code, Enrolled(programme, f"{terms.code}@{terms.version}"))
    return list(found.values())


def plan_for(person_id: int, day: date, programme_code: str) -> str:
    """The plan whose cut points hold for a programme; empty after the cover has ended."""
    plans = [found.plan for found in programmes_of(person_id, day) if found.programme.code == programme_code]
    return plans[0] if plans else ""
