"""People and claims made up to fit conditions: to prove that terms can be met, and for whoever tries a plan out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import chain, product
from typing import Any

from .claims import AREAS, LEVELS, Claim, Facility, Line
from .conditions import AgeIs, AllOf, AnyOf, Condition, Context, FacilityIs, FactIs, Not, SexIs
from .facts import FACT_PATHS
from .people import Insured, Policy, years_later
from .terms import ALLOWANCE, LUMP_SUM, Benefit, Terms

PLENTY = 10_000_00
"""Fen of a bill above everything that is taken off it."""
_TRIES = 20_000
"""Where no sample was found by then, none is looked for any longer."""
_YEAR = Policy(date(2026, 1, 1), date(2026, 12, 31))
_BORN = years_later(_YEAR.start, -40)
_VISIT = Claim("sample", "outpatient", _YEAR.start + timedelta(days=200))


@dataclass(frozen=True)
class Sample:
    """Somebody with a policy year and one claim in it, ready for the engine."""

    born: date = _BORN
    sex: str = "female"
    facts: dict[str, Any] = field(default_factory=dict)
    policy: Policy = _YEAR
    claim: Claim = _VISIT

    @property
    def insured(self) -> Insured:
        return Insured(self.born, self.sex, self.facts)

    @property
    def context(self) -> Context:
        return Context(self.insured, self.policy, self.claim)

    def knowing(self, path: str, value: Any) -> Sample:
        """The same person, a fact (or part of one) set; None: not known."""
        name, _, part = path.partition(".")
        whole = {**(self.facts.get(name) or {}), part: value} if part else value
        kept = {known: other for known, other in self.facts.items() if known != name}
        return replace(self, facts=kept if value is None and not part else {**kept, name: whole})


def meeting(condition: Condition, sample: Sample) -> Sample | None:
    """The sample changed so that a condition holds; None where no change was found."""
    ways = _ways(condition, sample, True, iter(range(_TRIES)))
    return next((found for found in ways if condition.holds(found.context)), None)


def missing(condition: Condition, sample: Sample) -> Sample | None:
    """The sample changed so that a condition does not hold; None where no change was found."""
    ways = _ways(condition, sample, False, iter(range(_TRIES)))
    return next((found for found in ways if not condition.holds(found.context)), None)


def member(terms: Terms) -> Sample | None:
    """Somebody who may join the plan; None where nobody was found."""
    return meeting(AllOf(tuple(joining.condition for joining in terms.joining)), Sample())


def claimant(terms: Terms, benefit: Benefit, sample: Sample) -> Sample | None:
    """The member with a claim that the benefit is for; None where its conditions were not met."""
    scope = benefit.scope
    inpatient = "inpatient" in scope.kinds and (benefit.pays == ALLOWANCE or len(scope.kinds) == 1)
    kind = "inpatient" if inpatient else "event" if benefit.pays == LUMP_SUM else _usual(scope.kinds)
    day = sample.claim.date
    claim = Claim(
        id="sample",
        kind=kind,
        date=day,
        discharged=day + timedelta(days=5) if kind == "inpatient" else None,
        event=min(scope.events, default=None),
        grade=1 if benefit.lump.by_grade else None,
        diagnosis=_diagnosis(scope.diagnosis, scope.never_again),
        facility=Facility(
            *(next(iter(some), usual) for some, usual in ((scope.levels, "tertiary"), (scope.areas, "local")))
        ),
        lines=() if kind == "event" else (_line(benefit),),
    )
    return meeting(AllOf(tuple(require.condition for require in scope.requires)), replace(sample, claim=claim))


def _usual(kinds: Iterable[str]) -> str:
    order = ("outpatient", "pharmacy", "special-outpatient", "inpatient")
    return next(kind for kind in order if kind in kinds)


def _line(benefit: Benefit) -> Line:
    scope = benefit.scope
    category = "drug" if scope.formulary and not scope.categories else min(scope.categories, default="other")
    free = sum(edge for ladder in benefit.cost_sharing for clip in ladder.rungs[:1] for edge in clip.curve.edges)
    return Line(category, next(iter(scope.formulary or ()), ""), scope.catalogue or "in", free + PLENTY)


def _diagnosis(asked: tuple[str, ...] | None, never: tuple[str, ...] | None) -> str | None:
    """The first code a list means; one that exclusions know as well, so that these can be tried too."""
    listed = asked or never or ()
    return next((code.partition("-")[0] for code in listed), None)


def _ways(condition: Condition, sample: Sample, wanted: bool, tries: Iterator[int]) -> Iterator[Sample]:
    """Samples in which the condition might be as wanted, the unchanged one first; none when all tries are used up."""
    if next(tries, None) is None:
        return
    yield sample
    match condition:
        case AllOf(parts) | AnyOf(parts):
            if isinstance(condition, AllOf) is wanted:
                yield from _all(parts, sample, wanted, tries)
            else:
                yield from chain.from_iterable(_ways(part, sample, wanted, tries) for part in parts)
        case Not(part):
            yield from _ways(part, sample, not wanted, tries)
        case AgeIs():
            yield from (replace(sample, born=born) for born in _births(condition, sample.policy.start))
        case SexIs():
            yield from (replace(sample, sex="female"), replace(sample, sex="male"))
        case FacilityIs(levels, areas):
            for level, area in product((*levels, *LEVELS), (*areas, *AREAS)):
                yield replace(sample, claim=replace(sample.claim, facility=Facility(level, area)))
        case _:
            yield from (sample.knowing(condition.path, value) for value in _values(condition, sample))


def _all(parts: tuple[Condition, ...], sample: Sample, wanted: bool, tries: Iterator[int]) -> Iterator[Sample]:
    """Samples in which every part is as wanted, found one part after the other."""
    if not parts:
        yield sample
        return
    for found in _ways(parts[0], sample, wanted, tries):
        if parts[0].holds(found.context) is wanted:
            yield from _all(parts[1:], found, wanted, tries)


def _births(condition: AgeIs, start: date) -> Iterable[date]:
    """Days of birth at, just inside and just outside both ends."""
    for age in (condition.lowest, condition.highest):
        for near in (0, 1, -1):
            if age is not None and age + near >= 0:
                yield (
                    years_later(start, -age - near) if condition.unit == "years" else start - timedelta(days=age + near)
                )


def _values(condition: FactIs, sample: Sample) -> Iterable[Any]:
    """Values of a fact at and around what it is compared with, and none at all."""
    operand, start = condition.operand, sample.policy.start
    match condition.check:
        case "one_of":
            yield from (*operand, *FACT_PATHS[condition.path].values)
        case "is":
            yield from (operand, not operand)
        case "has":
            yield from (tuple(code.partition("-")[0] for code in operand[:1]), ())
        case "includes":
            yield from (tuple(operand[:1]), ())
        case "at_least" | "at_most" | "below":
            yield from (operand, operand - Decimal("0.5"), operand + 1)
        case "days_before_start":
            yield from (start - timedelta(days=operand), start)
        case "years_before_start":
            yield from (years_later(start, -operand), years_later(start, -operand - 1))
        case "days_after_start":
            yield from (start + timedelta(days=operand), start)
        case _:
            yield from (sample.claim.date, sample.claim.date + timedelta(days=1))
    yield None
