"""A plan in the reader's words: who may join, what is paid, what not, what it costs, with worked examples."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.plans.files import floor_files
from apps.plans.rules import Benefit, Decision, Points, Terms, Words, sentence
from apps.plans.rules.case_answer import waterfall
from apps.plans.rules.case_file import Case
from apps.plans.rules.checking import worked_examples
from apps.plans.rules.document import TermsForm
from apps.plans.rules.floors import Miss
from apps.plans.rules.scalars import plain_share
from apps.plans.rules.uses import SERVICE, uses_of
from apps.plans.rules.writing import typed

PAYER_NAMES: dict[str, str | Promise] = {
    "basic": _("Basic insurance"),
    "catastrophic": _("Catastrophic insurance"),
    "city": _("City plan"),
    "mutual": _("Another mutual plan"),
    "enterprise": _("Enterprise aid"),
    "assistance": _("Medical assistance"),
    "charity": _("Charity"),
}
FAMILY_NAMES: dict[str, str | Promise] = {
    "asthma": _("Asthma in children"),
    "alzheimer": _("Alzheimer's disease"),
    "parkinson": _("Parkinson's disease"),
    "female-cancer": _("Cancers of women"),
    "other": _("Other plans"),
}


ROLE_NAMES: dict[str, str | Promise] = {
    "price": _("Contribution a year"),
    "price-instead": _("Contribution a year, for some"),
    "waiting": _("Waiting period"),
    "waiting-benefit": _("Waiting period"),
    "overall": _("Most that is paid a year"),
    "age-from": _("Lowest age"),
    "age-to": _("Highest age"),
    "joining": _("Who may join"),
    "deductible": _("Deductible"),
    "bands": _("Share by band of cost"),
    "rate": _("Share that is paid"),
    "rate-instead": _("Share that is paid, for some"),
    "rate-raised": _("Raised by"),
    "limit-visit": _("Most for one visit"),
    "limit-day": _("Most for one day"),
    "limit-item": _("Most for one medicine a year"),
    "limit-year": _("Most in one year"),
    "sum": _("Sum"),
    "share": _("Share of the sum"),
    "grades": _("Share by grade"),
    "night": _("For each night"),
    "diagnosis": _("Diagnoses"),
    "past": _("Past illnesses never paid again"),
    "list": _("List of medicines or items"),
    "condition": _("Condition"),
}
UNIT_NAMES: dict[str, str | Promise] = {
    "amount": _("yuan"),
    "amounts": _("yuan, one for each unbroken year"),
    "percent": _("percent"),
    "percents": _("percent, one for each grade"),
    "days": _("days"),
    "years": _("years"),
    "count": _("times"),
    "codes": _("codes, with commas between"),
    "bands": _("up to so many yuan: percent; ...; beyond that: percent"),
}


FIGURE_NAMES: dict[str, str | Promise] = {
    "benefit": _("Benefit"),
    "deductible": _("Deductible, at most"),
    "rate": _("Share that is paid, at least"),
    "limit": _("Most in one year, at least"),
}


def floor_choices(language: str) -> list[tuple[str, str]]:
    """Every regulator's floor to choose."""
    return [(code, in_language(floor.name, language)) for code, floor in floor_files().items()]


def miss_words(misses: Iterable[Miss]) -> list[tuple[str | Promise, str, str, str]]:
    """Figures below a floor: what, as it must be, as it is, by which clause."""
    return [(FIGURE_NAMES[miss.what], miss.needed, miss.found, miss.clause) for miss in misses]


@dataclass(frozen=True, slots=True)
class ParameterWords:
    """One parameter in one language: where it belongs, what it is there, in which unit, by which clause."""

    name: str
    kind: str
    section: str
    label: str
    unit: str
    clause: str
    value: str


def parameter_words(data: Mapping[str, Any], terms: Terms, language: str) -> list[ParameterWords]:
    """The parameters on which joining and paying depend: those of the whole plan, then benefit by benefit."""
    found = []
    for name, (use, *_others) in uses_of(TermsForm.model_validate(data)).items():
        if use.role != SERVICE:
            figure = terms.figures.by_name[name]
            section = in_language(use.of or terms.name, language)
            label, unit = str(ROLE_NAMES[use.role]), str(UNIT_NAMES.get(figure.kind, ""))
            found.append(ParameterWords(name, figure.kind, section, label, unit, figure.clause, typed(figure)))
    return found


@dataclass(frozen=True, slots=True)
class BenefitWords:
    """One benefit in one language."""

    code: str
    name: str
    says: str
    clause: str


@dataclass(frozen=True, slots=True)
class ExampleWords:
    """A worked example: what happened, how the amount came about, what the plan pays."""

    title: str
    sentences: tuple[str, ...]
    paid_fen: int
    parts: tuple[tuple[str | Promise, int], ...]


@dataclass(frozen=True, slots=True)
class PointsWords:
    """What gives points (by code, name, how many), what one is worth and how much of a price they can pay."""

    tasks: tuple[tuple[str, str, int], ...]
    worth_fen: int
    at_most: str


@dataclass(frozen=True, slots=True)
class PlanWords:
    """Everything a plan's page says, in one language."""

    code: str
    version: str
    name: str
    summary: str
    family: str | Promise
    price_fen: int
    who: tuple[str, ...]
    benefits: tuple[BenefitWords, ...]
    paid_briefly: str
    services: tuple[str, ...]
    entitlements: tuple[tuple[str, int, str], ...]
    points: PointsWords | None
    not_paid: tuple[str, ...]
    waiting_days: int


def plan_words(terms: Terms, language: str) -> PlanWords:
    """The plan in one language."""

    def said(words: Words) -> str:
        return in_language(terms.filled(words), language)

    return PlanWords(
        code=terms.code,
        version=terms.version,
        name=in_language(terms.name, language),
        summary=said(terms.summary),
        family=FAMILY_NAMES[terms.disease_family],
        price_fen=terms.price.amount,
        who=tuple(said(joining.says) for joining in terms.joining),
        benefits=tuple(_benefit(benefit, said(benefit.says), language) for benefit in terms.benefits),
        paid_briefly=(", " if language == "en" else "、").join(
            in_language(one.name, language) for one in terms.benefits
        ),
        services=_each(terms.services, terms, language),
        entitlements=tuple((in_language(item.name, language), item.count, item.per) for item in terms.entitlements),
        points=points_words(terms.points, language) if terms.points else None,
        not_paid=_each(terms.not_paid, terms, language),
        waiting_days=terms.waiting_days,
    )


def in_language(words: Words, language: str) -> str:
    """The one of the two texts that the reader wants."""
    return words.zh if language.lower().startswith("zh") else words.en


def points_words(points: Points, language: str) -> PointsWords:
    """The points of a plan in one language."""
    tasks = tuple((task.code, in_language(task.name, language), task.points) for task in points.tasks)
    return PointsWords(tasks, points.worth, f"{plain_share(points.share)}%")


def _benefit(benefit: Benefit, says: str, language: str) -> BenefitWords:
    return BenefitWords(benefit.code, in_language(benefit.name, language), says, benefit.clause)


def _each(items: Iterable[Words], terms: Terms, language: str) -> tuple[str, ...]:
    return tuple(in_language(terms.filled(words), language) for words in items)


def example_words(terms: Terms, language: str) -> tuple[ExampleWords, ...]:
    """The plan's worked examples as the engine decides them now."""
    return tuple(
        ExampleWords(
            title=in_language(example.title, language),
            sentences=tuple(sentence(step, terms, language) for decision in decisions for step in decision.steps),
            paid_fen=sum(decision.paid_fen for decision in decisions),
            parts=_parts(case, decisions),
        )
        for example, case, decisions in worked_examples(terms)
    )


def payer_parts(rows: Iterable[tuple[str, int]], code: str) -> tuple[tuple[str | Promise, int], ...]:
    """Payers by name for the bar, the plan of that code as this plan."""
    names: dict[str, str | Promise] = {**PAYER_NAMES, code: _("This plan"), "own": _("Your own share")}
    return tuple((names.get(payer, payer), fen) for payer, fen in rows)


def _parts(case: Case, decisions: Sequence[Decision]) -> tuple[tuple[str | Promise, int], ...]:
    """Who bears the bill, for the bar; nothing where there is no bill."""
    rows = waterfall(case, decisions)
    return payer_parts(rows, case.terms.code) if any(fen for _payer, fen in rows) else ()
