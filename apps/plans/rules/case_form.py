"""The form of a case file: which fields there are and how each is written."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from apps.core.errors import N_

from .faults import Unfit
from .icd import read_icd
from .scalars import read_whole
from .written import Day, Fen, Form, Text, type_list

Icd = Annotated[str, BeforeValidator(read_icd)]
Whole = Annotated[int, BeforeValidator(read_whole)]


class Part(Form):
    """A set of fields of a case; an empty field counts as left out."""

    @model_validator(mode="before")
    @classmethod
    def without_empty_fields(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        return {name: value for name, value in data.items() if value is not None or name not in cls.model_fields}


def _payers(value: object) -> object:
    """Earlier payers by name; the family is none of them."""
    if isinstance(value, dict) and "own" in value:
        raise Unfit(N_("names own, which is no earlier payer"))
    return value


Payers = Annotated[dict[Text, Fen], BeforeValidator(_payers)]


def _grade(value: object) -> object:
    grade = read_whole(value)
    if not 1 <= grade <= 10:
        raise Unfit(N_("is not between %(lowest)s and %(highest)s"), lowest=1, highest=10)
    return grade


class FacilityPart(Part):
    level: Literal["primary", "secondary", "tertiary"] = "tertiary"
    area: Literal["local", "outside"] = "local"


class LinePart(Part):
    category: Literal["drug", "bed", "exam", "surgery", "device", "gene-test", "other"]
    billed: Fen
    code: str = ""
    catalogue: Literal["in", "out"] = "in"
    paid_before: Payers = {}


Event = Literal[
    "diagnosis",
    "in-situ",
    "breast-cancer",
    "female-disease",
    "reconstruction",
    "recurrence",
    "metastasis",
    "critical-first",
    "death-illness",
    "death-accident",
    "disability",
    "condolence",
]


class ClaimPart(Part):
    id: Text
    kind: Literal["inpatient", "outpatient", "special-outpatient", "pharmacy", "event"]
    date: Day
    discharged: Day | None = None
    event: Event | None = None
    severity: Literal["mild", "moderate", "severe"] | None = None
    grade: Annotated[int | None, BeforeValidator(_grade)] = None
    diagnosis: Icd | None = None
    facility: FacilityPart = FacilityPart()
    lines: Annotated[tuple[LinePart, ...], type_list] = ()
    paid_before: Payers = {}


class InsuredPart(Part):
    born: Day
    sex: Literal["female", "male"]
    facts: dict[str, Any] = {}


class PolicyPart(Part):
    start: Day
    end: Day
    renewed_years: Whole = 0


class CaseForm(Part):
    """One insured person, one policy year of one plan and the claims in it."""

    title: str | None = None
    plan: Text
    version: Text | None = None
    parameters: dict[str, Any] = Field(default={})
    insured: InsuredPart
    policy: PolicyPart
    claims: Annotated[tuple[ClaimPart, ...], type_list] = ()
    expect: dict[str, Any] | None = None
