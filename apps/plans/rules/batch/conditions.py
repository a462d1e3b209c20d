"""Where a condition of the terms holds: asked once for each different answer there can be, not once a row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import reduce
from typing import Any

import numpy as np

from apps.plans.rules.claims import Claim
from apps.plans.rules.conditions import CHECKS, AgeIs, AllOf, AnyOf, Condition, Context, FacilityIs, FactIs, Not, SexIs
from apps.plans.rules.facts import fact_at
from apps.plans.rules.people import Insured, Policy

from .columns import Claims, Coded, People, Truth, Whole

BY_START = frozenset({"days_before_start", "years_before_start", "days_after_start"})
BY_SERVICE = "by_service"


class Rows:
    """The rows a condition is asked about: every person at joining, or every claim of theirs."""

    def __init__(self, people: People, claims: Claims | None = None) -> None:
        self.people, self.claims = people, claims

    def holds(self, condition: Condition) -> Truth:
        """Where the condition holds; what concerns people alone is worked out for people."""
        if self.claims is None or looks_at_claim(condition):
            return self._holds(condition)
        return Rows(self.people)._holds(condition)[self.claims.person]

    def _holds(self, condition: Condition) -> Truth:
        match condition:
            case AllOf(parts):
                return reduce(np.logical_and, [self.holds(part) for part in parts], self._everywhere())
            case AnyOf(parts):
                return reduce(np.logical_or, [self.holds(part) for part in parts], ~self._everywhere())
            case Not(part):
                return ~self.holds(part)
            case AgeIs():
                return self._age(condition)
            case SexIs(sex):
                return self.people.sex.where(lambda value: value == sex)
            case FacilityIs():
                return self._facility(condition)
            case _:
                return self._fact(condition)

    def _everywhere(self) -> Truth:
        return np.ones(len(self.people.born if self.claims is None else self.claims.person), dtype=bool)

    def _age(self, condition: AgeIs) -> Truth:
        born, start = self.people.born, self.people.start
        age = completed_years(born, start) if condition.unit == "years" else start - born
        holds = np.ones(len(age), dtype=bool)
        if condition.lowest is not None:
            holds &= age >= condition.lowest
        if condition.highest is not None:
            holds &= age <= condition.highest
        return holds

    def _facility(self, condition: FacilityIs) -> Truth:
        if self.claims is None:
            return np.zeros(len(self.people.born), dtype=bool)
        levels, areas = condition.levels, condition.areas
        at_level = self.claims.level.where(lambda level: not levels or level in levels)
        return at_level & self.claims.area.where(lambda area: not areas or area in areas)

    def _fact(self, condition: FactIs) -> Truth:
        name, _, _part = condition.path.partition(".")
        values = self.fact(name)
        days = self._days(condition.check)
        check, operand = CHECKS[condition.check], condition.operand

        def holds(whole: Any, day: int) -> bool:
            value = fact_at({name: whole}, condition.path)
            return condition.missing if value is None else check(value, operand, _on(day))

        if days is None:
            return values.where(lambda whole: holds(whole, date.min.toordinal()))
        return pairwise(values, days, holds)

    def _days(self, check: str) -> Whole | None:
        """The day a comparison looks at, where it looks at one."""
        if check in BY_START or (check == BY_SERVICE and self.claims is None):
            start = self.people.start
            return start if self.claims is None else start[self.claims.person]
        return self.claims.date if check == BY_SERVICE and self.claims is not None else None

    def fact(self, name: str) -> Coded:
        """A fact in each row; the severity told on a claim wins over the one told at joining."""
        values = self.people.fact(name)
        if self.claims is None:
            return values
        values = values.at(self.claims.person)
        if name != "severity":
            return values
        told = self.claims.severity
        places = np.where(told.where(lambda value: value is not None), told.places, values.places + len(told.values))
        return Coded(places, (*told.values, *values.values))


def looks_at_claim(condition: Condition) -> bool:
    """Whether the answer can differ between two claims of one person."""
    match condition:
        case AllOf(parts) | AnyOf(parts):
            return any(looks_at_claim(part) for part in parts)
        case Not(part):
            return looks_at_claim(part)
        case FactIs():
            return condition.check == BY_SERVICE or condition.path == "severity"
        case _:
            return isinstance(condition, FacilityIs)


def pairwise(values: Coded, others: Whole, check: Callable[[Any, int], bool]) -> Truth:
    """Where a check of a value and a number holds, asked once for each pair that occurs."""
    if not len(others):
        return np.zeros(0, dtype=bool)
    least = int(others.min())
    width = int(others.max()) - least + 1
    pairs, back = np.unique(values.places * width + (others - least), return_inverse=True)
    answers = [check(values.values[pair // width], pair % width + least) for pair in pairs.tolist()]
    return np.array(answers, dtype=bool)[back]


def completed_years(born: Whole, on: Whole) -> Whole:
    """Ages in completed years on a day, as `people.completed_years` counts them."""
    (year, day), (born_year, born_day) = _calendar(on), _calendar(born)
    return year - born_year - (day < born_day)


def _calendar(days: Whole) -> tuple[Whole, Whole]:
    """Year, and month and day as one number that grows through the year."""
    dates = (days - date(1970, 1, 1).toordinal()).astype("datetime64[D]")
    months = dates.astype("datetime64[M]").astype(np.int64)
    in_month = (dates - dates.astype("datetime64[M]")).astype(np.int64)
    return months // 12 + 1970, months % 12 * 32 + in_month


def _on(day: int) -> Context:
    """A context in which the comparisons of a day find it, as first day and as day of service."""
    at = date.fromordinal(day)
    return Context(Insured(at, "", {}), Policy(at, at), Claim("", "", at))
