"""From the form of a benefit to its steps in the order of adjudication."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from apps.core.errors import N_

from . import document as forms
from . import terms as made
from .claims import EVENTS
from .clips import Clip, Curve, deductible_curve, limit_curve
from .condition_building import built_condition
from .faults import Fault
from .icd import read_icd_group
from .reasons import rank
from .scalars import WHOLE_SHARE
from .source import Path
from .values import Figure, Figures

_ORDER_OF_LIMITS = ("visit", "day", "item", "year")
GRADES = 10
"""Of a disability, 1 the worst."""


def built_benefit(
    form: Any, where: Path, figures: Figures, overall_limits: tuple[str, ...], waiting_days: int
) -> made.Benefit:
    """A benefit with all its steps; the plan's overall limits come last.  Raises Fault."""
    parts: dict[str, Any] = {
        "code": form.code,
        "name": form.name,
        "says": form.says,
        "clause": form.clause,
        "pays": form.pays,
        "scope": _scope(form, (*where, "scope"), figures, waiting_days),
        "limits": _limits(form, where, figures) + _overall(overall_limits, figures),
    }
    if isinstance(form, forms.ReimbursementForm):
        parts |= {"cost_sharing": _cost_sharing(form, where, figures), "rate": _rate(form, where, figures)}
    elif isinstance(form, forms.LumpSumForm):
        parts["lump"] = _lump(form, where, figures)
    else:
        figure = figures.get(form.per_night, (*where, "per_night"), "amount")
        parts |= {"per_night": figure.value, "night_clause": figure.clause}
    return made.Benefit(**parts)


def _scope(benefit: Any, where: Path, figures: Figures, waiting_days: int) -> made.Scope:
    form: forms.ScopeForm = benefit.scope
    if (benefit.pays == made.LUMP_SUM) != bool(form.events):
        raise Fault((*where, "events"), N_("belongs to lump sums: they need it, others have none"))
    for number, event in enumerate(form.events):
        if event not in EVENTS:
            raise Fault((*where, "events", number), N_("= %(value)s is not an event"), value=event)
    if form.waiting_days:
        waiting_days = figures.get(form.waiting_days, (*where, "waiting_days"), "days").value
    requires = [
        made.Require(item.reason, built_condition(item.when, (*where, "requires", number, "when"), figures))
        for number, item in enumerate(form.requires)
    ]

    def codes(field: str, read: Callable[[str], str]) -> tuple[str, ...] | None:
        written = getattr(form, field)
        return None if written is None else figures.codes(written, (*where, field), read)

    return made.Scope(
        kinds=frozenset({"event"} if form.events else form.kinds),
        events=frozenset(form.events),
        diagnosis=codes("diagnosis", read_icd_group),
        never_again=codes("never_again", read_icd_group),
        requires=tuple(sorted(requires, key=lambda item: rank(item.reason))),
        levels=form.facility.levels,
        areas=form.facility.areas,
        categories=frozenset(form.categories),
        catalogue=form.catalogue,
        formulary=codes("formulary", str.upper),
        waiting_days=waiting_days,
    )


def _cost_sharing(form: forms.ReimbursementForm, where: Path, figures: Figures) -> tuple[made.Ladder, ...]:
    ladders = []
    if form.deductible:
        figure = figures.get(form.deductible.amount, (*where, "deductible", "amount"), "amount", "amounts")
        pool = form.deductible.pool or form.code
        key = f"deductible:{pool}" if form.deductible.per == "year" else None
        ladders.append(_ladder("deductible", key, figure))
    if form.bands:
        figure = figures.get(form.bands, (*where, "bands"), "bands")
        clip = Clip("band", f"band:{form.code}", _band_curve(figure, (*where, "bands")), figure.clause)
        ladders.append(made.Ladder((clip,)))
    return tuple(ladders)


def _band_curve(figure: Figure, where: Path) -> Curve:
    edges = [band.up_to for band in figure.value[:-1]]
    if None in edges or figure.value[-1].up_to is not None or edges != sorted(set(edges)):
        raise Fault(where, N_("needs bands that rise, the last one without an end"))
    return Curve(tuple(edges), tuple(band.percent for band in figure.value))


def _rate(form: forms.ReimbursementForm, where: Path, figures: Figures) -> made.Rate | None:
    if form.rate is None:
        return None
    base = figures.get(form.rate.percent, (*where, "rate", "percent"), "percent")

    def conditional(field: str) -> tuple[made.ConditionalRate, ...]:
        built = []
        for number, item in enumerate(getattr(form.rate, field)):
            path = (*where, "rate", field, number)
            figure = figures.get(item.percent, (*path, "percent"), "percent")
            condition = built_condition(item.when, (*path, "when"), figures)
            built.append(made.ConditionalRate(condition, figure.value, figure.clause, item.says))
        return tuple(built)

    return made.Rate(base.value, base.clause, conditional("instead"), conditional("raised"))


def _limits(form: forms.BenefitForm, where: Path, figures: Figures) -> tuple[made.Ladder, ...]:
    numbered = sorted(enumerate(form.limits), key=_breadth)
    ladders = []
    for number, limit in numbered:
        figure = figures.get(limit.amount, (*where, "limits", number, "amount"), "amount", "amounts")
        pool = limit.pool or form.code
        key = {
            "visit": None,
            "day": f"day:{pool}:{{date}}",
            "item": f"item:{pool}:{{item}}",
            "year": f"year:{pool}",
        }[limit.per]
        ladders.append(_ladder(f"{limit.per}-limit", key, figure))
    return tuple(ladders)


def _breadth(item: tuple[int, forms.LimitForm]) -> tuple[int, bool]:
    """Narrow limits stand before wide ones, a benefit's own before those it shares."""
    _number, limit = item
    return _ORDER_OF_LIMITS.index(limit.per), limit.pool is not None


def _overall(names: tuple[str, ...], figures: Figures) -> tuple[made.Ladder, ...]:
    built = []
    for number, name in enumerate(names):
        figure = figures.get(name, ("overall_limits", number), "amount", "amounts")
        built.append(_ladder("overall-limit", f"overall:{number}", figure))
    return tuple(built)


def _ladder(step: str, key: str | None, figure: Figure) -> made.Ladder:
    amounts = figure.value if figure.kind == "amounts" else (figure.value,)
    curve = deductible_curve if step == "deductible" else limit_curve
    return made.Ladder(tuple(Clip(step, key, curve(amount), figure.clause, amount) for amount in amounts))


def _lump(form: forms.LumpSumForm, where: Path, figures: Figures) -> made.Lump:
    amount = figures.get(form.amount, (*where, "amount"), "amount")
    share = figures.get(form.share, (*where, "share"), "percent") if form.share else None
    grades = figures.get(form.by_grade, (*where, "by_grade"), "percents").value if form.by_grade else ()
    if grades and len(grades) != GRADES:
        told = N_("= %(name)s has %(count)s shares, %(needed)s grades are needed")
        raise Fault((*where, "by_grade"), told, name=form.by_grade, count=len(grades), needed=GRADES)
    clause = share.clause if share else amount.clause
    return made.Lump(amount.value, share.value if share else WHOLE_SHARE, tuple(grades), form.repeats, clause)
