"""The follow-up programmes: form, cut points and rhythm as data from the catalogue, joined to their rules module.

A new programme is one YAML file and one entry in ``RULES``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from apps.care.rules import asthma_reading
from apps.care.rules.assessment import Assessment, Control
from apps.care.rules.asthma_reading import PastVisit
from apps.care.rules.schedule import Interval, Schedule
from apps.core.display import is_chinese

CATALOGUE = Path(__file__).parent / "catalogue"
Words = Mapping[str, str]


def said(words: Words) -> str:
    """A text of the catalogue in the reader's language."""
    return words["zh" if is_chinese() else "en"]


@dataclass(frozen=True, slots=True)
class FieldOption:
    value: str
    words: Words


@dataclass(frozen=True, slots=True)
class FormField:
    """One question; ``is_measured`` ones are never pre-filled, for a copied reading is no reading."""

    code: str
    group: str
    kind: str
    label: Words
    unit: str = ""
    least: int | None = None
    most: int | None = None
    is_measured: bool = False
    default: int | None = None
    from_age: int = 0
    until_age: int = 200
    licence_class: str = "own"
    options: tuple[FieldOption, ...] = ()

    @property
    def is_number(self) -> bool:
        return self.kind in {"integer", "decimal"} or (self.kind == "choice" and self.options[0].value.isdigit())


@dataclass(frozen=True, slots=True)
class Group:
    code: str
    label: Words
    is_folded: bool = False


@dataclass(frozen=True, slots=True)
class Parameter:
    value: int
    source: Words


@dataclass(frozen=True)
class Programme:
    code: str
    version: int
    valid_from: date
    disease_family: str
    name: Words
    set_by: Words
    referral_department: str
    parameters: Mapping[str, Parameter]
    schedule: Schedule
    groups: tuple[Group, ...]
    fields: tuple[FormField, ...]
    bands: Sequence[Mapping[str, Any]]
    plans: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def fields_for(self, age: int) -> list[FormField]:
        return [question for question in self.fields if question.from_age <= age < question.until_age]

    def values_for(self, plan: str = "") -> dict[str, int]:
        """The cut points, with what one plan (``code@version``) sets otherwise."""
        own = {name: parameter.value for name, parameter in self.parameters.items()}
        return {**own, **self.plans.get(plan, {})}

    def assess(
        self, filled: Mapping[str, Any], *, age: int, day: date, past: Sequence[PastVisit], plan: str = ""
    ) -> Assessment:
        """The reading of one filled-in form under the cut points of the person's plan."""
        return RULES[self.code](self, filled, age, day, past, plan)


def _asthma(
    programme: Programme, filled: Mapping[str, Any], age: int, day: date, past: Sequence[PastVisit], plan: str
) -> Assessment:
    terms = asthma_reading.terms_of(programme.values_for(plan), programme.bands)
    return asthma_reading.assess_visit(filled, age=age, day=day, past=past, terms=terms)


Rules = Callable[[Programme, Mapping[str, Any], int, date, Sequence[PastVisit], str], Assessment]
RULES: dict[str, Rules] = {"asthma": _asthma}


def _field(row: Mapping[str, Any]) -> FormField:
    ages = row.get("ages", {})
    return FormField(
        code=row["code"],
        group=row["group"],
        kind=row["kind"],
        label=row["label"],
        unit=row.get("unit", ""),
        least=row.get("min"),
        most=row.get("max"),
        is_measured=row.get("measured", False),
        default=row.get("default"),
        from_age=ages.get("from", 0),
        until_age=ages.get("until", 200),
        licence_class=row.get("licence_class", "own"),
        options=tuple(FieldOption(str(option["value"]), option) for option in row.get("options", ())),
    )


def _schedule(rows: Mapping[str, Mapping[str, int]]) -> Schedule:
    intervals = {name: Interval(**row) for name, row in rows.items()}
    return Schedule(first=intervals["first"], by_control={state: intervals[state.value] for state in Control})


def _programme(path: Path) -> Programme:
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Programme(
        **{name: data[name] for name in ("code", "version", "valid_from", "disease_family", "name", "set_by")},
        referral_department=data["referral_department"],
        parameters={name: Parameter(row["value"], row["source"]) for name, row in data["parameters"].items()},
        schedule=_schedule(data["schedule"]),
        groups=tuple(Group(row["code"], row["label"], row.get("folded", False)) for row in data["groups"]),
        fields=tuple(map(_field, data["fields"])),
        bands=data.get("control_bands", ()),
        plans=data.get("plans") or {},
    )


@cache
def catalogue() -> tuple[Programme, ...]:
    """Every version of every programme, newest version first."""
    found = [_programme(path) for path in CATALOGUE.glob("*.yaml")]
    return tuple(sorted(found, key=lambda programme: (programme.code, -programme.version)))


def programme(code: str, version: int | None = None) -> Programme:
    """A programme in the given version, else in its newest.  Raises LookupError."""
    for found in catalogue():
        if found.code == code and version in {None, found.version}:
            return found
    raise LookupError(f"no programme {code} {version or ''}")


def programme_of_family(disease_family: str) -> Programme | None:
    """The newest programme for the illness of a plan; None when the plan has no follow-up."""
    return next((found for found in catalogue() if found.disease_family == disease_family), None)
