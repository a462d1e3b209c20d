"""From the form of a condition to one that can be asked."""

from __future__ import annotations

from typing import Any

from apps.core.errors import N_, Told

from . import conditions as made
from . import document as forms
from .facts import FACT_PATHS, Fact
from .faults import Fault
from .icd import read_icd_group
from .scalars import read_days, read_years
from .source import Path
from .values import Figures

FITS = {
    "one_of": ("choice",),
    "is": ("yes_no",),
    "has": ("codes",),
    "includes": ("list", "codes"),
    **dict.fromkeys(("at_least", "at_most", "below"), ("number",)),
    **dict.fromkeys(("days_before_start", "years_before_start", "days_after_start", "by_service"), ("date",)),
}
"""Which kinds of fact a comparison makes sense for."""
KIND_WORDS = {
    "choice": Told(N_("a word")),
    "yes_no": Told(N_("yes or no")),
    "codes": Told(N_("a list of diagnoses")),
    "list": Told(N_("a list of words")),
    "number": Told(N_("a number")),
    "date": Told(N_("a day")),
}


def built_condition(form: Any, where: Path, figures: Figures) -> made.Condition:
    """The condition of a form.  Raises Fault when it names a fact or parameter that is not there."""
    if isinstance(form, forms.FactForm):
        return _fact(form, where, figures)
    if isinstance(form, forms.AgeForm):
        return _age(form.age, (*where, "age"), figures)
    if isinstance(form, forms.SexForm):
        return made.SexIs(form.sex)
    if isinstance(form, forms.FacilityForm):
        return made.FacilityIs(form.facility.levels, form.facility.areas)
    if isinstance(form, forms.NotForm):
        return made.Not(built_condition(form.not_, (*where, "not"), figures))
    name = "all" if isinstance(form, forms.AllForm) else "any"
    parts = tuple(
        built_condition(part, (*where, name, number), figures) for number, part in enumerate(getattr(form, name))
    )
    return made.AllOf(parts) if name == "all" else made.AnyOf(parts)


def _age(form: forms.AgeRange, where: Path, figures: Figures) -> made.Condition:
    """An age between two ends, each in years or in days."""
    ends: list[made.Condition] = []
    for field, name in (("from", form.lowest), ("to", form.highest)):
        if name is not None:
            figure = figures.get(name, (*where, field), "years", "days")
            low, high = (figure.value, None) if field == "from" else (None, figure.value)
            ends.append(made.AgeIs(figure.kind, low, high))
    return ends[0] if len(ends) == 1 else made.AllOf(tuple(ends))


def _fact(form: forms.FactForm, where: Path, figures: Figures) -> made.Condition:
    fact = FACT_PATHS.get(form.fact)
    if fact is None:
        raise Fault((*where, "fact"), N_("= %(name)s is not a fact terms may ask for"), name=form.fact)
    check, written = form.comparison
    if fact.kind not in FITS[check]:
        told = N_("does not fit %(fact)s, which is %(kind)s")
        raise Fault((*where, check), told, fact=form.fact, kind=KIND_WORDS[fact.kind])
    operand = _operand(check, written, (*where, check), figures)
    if check == "one_of":
        _check_values(operand, fact, (*where, check))
    return made.FactIs(
        path=form.fact,
        check=check,
        operand=operand,
        missing=form.missing == "passes",
    )


def _check_values(operand: tuple[str, ...], fact: Fact, where: Path) -> None:
    for value in operand:
        if fact.values and value not in fact.values:
            raise Fault(where, N_("= %(value)s is none of %(values)s"), value=value, values=", ".join(fact.values))


def _operand(check: str, written: Any, where: Path, figures: Figures) -> Any:
    if check == "has":
        return figures.codes(written, where, read_icd_group)
    if check in ("one_of", "includes"):
        return figures.codes(written, where)
    if check in ("at_least", "at_most", "below"):
        return figures.number(written, where, "number", "count")
    if check in ("days_before_start", "days_after_start"):
        return figures.span(written, where, "days", read_days)
    if check == "years_before_start":
        return figures.span(written, where, "years", read_years)
    return written
