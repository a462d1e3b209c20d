"""A person's health file: the last state, the visits, the peak flow strip and growth."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from apps.care.models import FollowUp, Observation, Task
from apps.care.programmes import programme as programme_by_code
from apps.care.rules.assessment import Zone
from apps.care.rules.asthma_reading import PastVisit
from apps.care.selectors.doctors import contract_of
from apps.care.strip import Reading, Strip, pef_strip
from apps.core.clock import business_day
from apps.core.errors import NotAllowed
from apps.members.models import Person

STRIP_VISITS = 40


@dataclass
class HealthFile:
    """Everything on the file page; the caller has checked and logged the read."""

    person: Person
    doctor: object | None
    visits: list[FollowUp]
    strip: Strip | None
    next_task: Task | None
    growth: list[tuple[date, dict[str, Decimal]]] = field(default_factory=list)

    @property
    def last(self) -> FollowUp | None:
        return self.visits[0] if self.visits else None


def past_visits(person_id: int, programme: str) -> list[PastVisit]:
    """Every earlier visit of a programme as its rules take it."""
    rows = FollowUp.objects.filter(person_id=person_id, programme=programme).order_by("held_at")
    return [PastVisit(business_day(row.held_at), Zone(row.zone), json.loads(row.answers)) for row in rows]


def visit(follow_up_id: int) -> FollowUp:
    """One visit with its observations.  Raises NotAllowed when there is none."""
    rows = FollowUp.objects.select_related("person", "doctor__user", "doctor__clinic").prefetch_related("observations")
    found = rows.filter(pk=follow_up_id).first()
    if found is None:
        raise NotAllowed
    return found


def _readings(visits: Sequence[FollowUp]) -> list[Reading]:
    found = []
    for row in visits:
        values = {seen.code: int(seen.value) for seen in row.observations.all()}
        flows = [values[code] for code in ("pef_morning", "pef_evening") if code in values]
        if flows and values.get("pef_best"):
            attacks = any(values.get(code) for code in ("steroid_courses", "emergency_visits", "admissions"))
            found.append(Reading(business_day(row.held_at), min(flows), values["pef_best"], row.zone, attacks))
    return found


def _growth(person_id: int) -> list[tuple[date, dict[str, Decimal]]]:
    by_day: dict[date, dict[str, Decimal]] = {}
    rows = Observation.objects.filter(person_id=person_id, code__in=["height", "weight"]).order_by("-at")
    for seen in rows:
        by_day.setdefault(business_day(seen.at), {})[seen.code] = seen.value
    return list(by_day.items())


def health_file(person_id: int) -> HealthFile:
    """The file of a person.  Raises NotAllowed when there is none."""
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        raise NotAllowed
    rows = FollowUp.objects.filter(person=person).select_related("doctor__user", "doctor__clinic")
    visits = list(rows.prefetch_related("observations").order_by("-held_at", "-pk")[:STRIP_VISITS])
    values = programme_by_code("asthma").values_for()
    contract = contract_of(person_id)
    return HealthFile(
        person=person,
        doctor=contract.doctor if contract else None,
        visits=visits,
        strip=pef_strip(_readings(visits), green_from=values["pef_green_from"], red_below=values["pef_red_below"]),
        next_task=Task.objects.open().filter(person=person, kind=Task.Kind.FOLLOW_UP).order_by("due").first(),
        growth=_growth(person_id),
    )
