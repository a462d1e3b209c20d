"""Conditions over a person, a policy year and a claim: what terms may ask, and whether it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from .claims import Claim
from .facts import fact_at
from .icd import is_in
from .people import Insured, Policy, completed_years, years_later
from .scalars import read_date, read_number


@dataclass(frozen=True)
class Context:
    """What a condition may look at; ``claim`` is None at joining."""

    insured: Insured
    policy: Policy
    claim: Claim | None = None

    @cached_property
    def facts(self) -> Mapping[str, object]:
        """The person's facts; the severity told on the claim wins over the one told at joining."""
        if self.claim is not None and self.claim.severity is not None:
            return {**self.insured.facts, "severity": self.claim.severity}
        return self.insured.facts


@dataclass(frozen=True)
class AtCare(Context):
    """A context in which there is a claim."""

    claim: Claim


@dataclass(frozen=True, slots=True)
class AgeIs:
    """Age on the policy's first day, in completed years or in days, both ends inclusive."""

    unit: str
    lowest: int | None
    highest: int | None

    def holds(self, context: Context) -> bool:
        born, start = context.insured.born, context.policy.start
        age = completed_years(born, start) if self.unit == "years" else (start - born).days
        return (self.lowest is None or age >= self.lowest) and (self.highest is None or age <= self.highest)


@dataclass(frozen=True, slots=True)
class SexIs:
    """Female or male."""

    sex: str

    def holds(self, context: Context) -> bool:
        return context.insured.sex == self.sex


@dataclass(frozen=True, slots=True)
class FacilityIs:
    """Level and area of the place of care; empty means any.  Never holds where there is no claim."""

    levels: tuple[str, ...]
    areas: tuple[str, ...]

    def holds(self, context: Context) -> bool:
        if context.claim is None:
            return False
        place = context.claim.facility
        return (not self.levels or place.level in self.levels) and (not self.areas or place.area in self.areas)


@dataclass(frozen=True, slots=True)
class FactIs:
    """One comparison of one fact; ``missing`` is the answer where nothing is known."""

    path: str
    check: str
    operand: Any
    missing: bool

    def holds(self, context: Context) -> bool:
        value = fact_at(context.facts, self.path)
        return self.missing if value is None else CHECKS[self.check](value, self.operand, context)


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every one holds."""

    parts: tuple[Condition, ...]

    def holds(self, context: Context) -> bool:
        return all(part.holds(context) for part in self.parts)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one holds."""

    parts: tuple[Condition, ...]

    def holds(self, context: Context) -> bool:
        return any(part.holds(context) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Not:
    """The inner one does not hold."""

    part: Condition

    def holds(self, context: Context) -> bool:
        return not self.part.holds(context)


Condition = AgeIs | SexIs | FacilityIs | FactIs | AllOf | AnyOf | Not


def paths_asked(condition: Condition) -> set[str]:
    """The facts a condition looks at."""
    if isinstance(condition, FactIs):
        return {condition.path}
    if isinstance(condition, Not):
        return paths_asked(condition.part)
    if isinstance(condition, AllOf | AnyOf):
        return set().union(*(paths_asked(part) for part in condition.parts))
    return set()


def facts_asked(conditions: Iterable[Condition]) -> frozenset[str]:
    """The facts, by name, that any of the conditions looks at."""
    return frozenset(path.partition(".")[0] for condition in conditions for path in paths_asked(condition))


def _has(value: Any, operand: Any, _: Context) -> bool:
    return any(is_in(str(code), operand) for code in value)


def _includes(value: Any, operand: Any, _: Context) -> bool:
    return any(item in operand for item in value)


def _days_before_start(value: Any, days: Any, context: Context) -> bool:
    start = context.policy.start
    return start - timedelta(days=days) <= read_date(value) < start


def _years_before_start(value: Any, years: Any, context: Context) -> bool:
    return context.policy.start <= years_later(read_date(value), years)


def _days_after_start(value: Any, days: Any, context: Context) -> bool:
    return read_date(value) >= context.policy.start + timedelta(days=days)


def _by_service(value: Any, _: Any, context: Context) -> bool:
    service: date = context.claim.date if context.claim else context.policy.start
    return read_date(value) <= service


CHECKS: Mapping[str, Callable[[Any, Any, Context], bool]] = {
    "one_of": lambda value, operand, _: value in operand,
    "is": lambda value, operand, _: value is operand,
    "has": _has,
    "includes": _includes,
    "at_least": lambda value, operand, _: read_number(value) >= operand,
    "at_most": lambda value, operand, _: read_number(value) <= operand,
    "below": lambda value, operand, _: read_number(value) < operand,
    "days_before_start": _days_before_start,
    "years_before_start": _years_before_start,
    "days_after_start": _days_after_start,
    "by_service": _by_service,
}
"""Comparison -> whether (value, operand, context) holds."""
