"""From a filled-in asthma form and the year before it to the facts of the rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from apps.care.rules.assessment import Assessment, Zone
from apps.care.rules.asthma import AsthmaAnswers, AsthmaHistory, assess
from apps.care.rules.asthma_terms import AsthmaTerms, ControlBand, Floor, Limit
from apps.core.periods import add_years

ALL_DAY = 8
TECHNIQUE_STEPS = frozenset({"prepared", "exhaled", "inhaled", "held", "rinsed"})
COUNTED = ("steroid_courses", "emergency_visits", "admissions")
MEASURED = ("pef_morning", "pef_evening", "pef_best", "nights", "fev1", "ratio", "adherence", "spo2")
CHOSEN = ("reliever", "activity", "step")


@dataclass(frozen=True, slots=True)
class PastVisit:
    """An earlier visit of the same programme."""

    day: date
    zone: Zone
    answers: Mapping[str, Any]


def _number(value: Any) -> int | None:
    return None if value is None or value == "" else int(value)


def answers_of(filled: Mapping[str, Any], *, age: int, day: date) -> AsthmaAnswers:
    """The form's answers as the rules take them; "all day" counts as seven days."""
    flags = set(filled.get("danger_signs") or ())
    symptoms = _number(filled.get("day_symptoms"))
    return AsthmaAnswers(
        age=age,
        day=day,
        cannot_speak="cannot_speak" in flags,
        blue_lips="blue_lips" in flags,
        day_symptoms=None if symptoms is None else min(symptoms, 7),
        symptoms_all_day=symptoms == ALL_DAY,
        score=_number(filled.get("act" if age >= 12 else "c_act")),
        technique_complete=set(filled.get("technique") or ()) >= TECHNIQUE_STEPS,
        **{name: _number(filled.get(name)) for name in (*MEASURED, *CHOSEN)},  # type: ignore[arg-type]
        **{name: _number(filled.get(name)) or 0 for name in COUNTED},
    )


def history_of(past: Sequence[PastVisit], *, day: date) -> AsthmaHistory:
    """Totals of the twelve months before ``day`` from earlier visits, in any order."""
    earlier = sorted((visit for visit in past if visit.day <= day), key=lambda visit: visit.day)
    year = [answers_of(visit.answers, age=0, day=visit.day) for visit in earlier if visit.day > add_years(day, -1)]
    last = earlier[-1].answers if earlier else {}
    return AsthmaHistory(
        steroid_courses=sum(visit.steroid_courses for visit in year),
        exacerbations=sum(visit.exacerbations for visit in year),
        last_score=_number(last.get("act")),
        last_step=_number(last.get("step")),
        zones=tuple((visit.day, visit.zone) for visit in earlier),
    )


def terms_of(parameters: Mapping[str, int], bands: Sequence[Mapping[str, Any]]) -> AsthmaTerms:
    """The programme's numbers as the rules take them.  Raises KeyError or TypeError on a catalogue with gaps."""
    names = [name for name in AsthmaTerms.__slots__ if name != "bands"]
    return AsthmaTerms(bands=tuple(map(_band, bands)), **{name: parameters[name] for name in names})


def _floor(row: Mapping[str, Any], name: str) -> Floor | None:
    return Floor(**row[name]) if name in row else None


def _band(row: Mapping[str, Any]) -> ControlBand:
    return ControlBand(
        from_age=row["ages"]["from"],
        until_age=row["ages"]["until"],
        day_symptoms=Limit(**row["day_symptoms"]),
        nights=Limit(**row["nights"]),
        reliever=Limit(**row["reliever"]),
        activity=Limit(**row["activity"]),
        pef=_floor(row, "pef"),
        fev1=_floor(row, "fev1"),
        ratio=_floor(row, "ratio"),
        score=_floor(row, "score"),
        score_change=row.get("score_change"),
    )


def assess_visit(
    filled: Mapping[str, Any], *, age: int, day: date, past: Sequence[PastVisit], terms: AsthmaTerms
) -> Assessment:
    """The reading of one filled-in form."""
    return assess(answers_of(filled, age=age, day=day), history_of(past, day=day), terms)
