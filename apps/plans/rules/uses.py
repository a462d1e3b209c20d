"""Where terms use each of their parameters: of which benefit it is the deductible, the rate or the limit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .document import AgeForm, FactForm, LumpSumForm, ReimbursementForm, ScopeForm, TermsForm
from .paying import names_of as names_of_paying
from .points import names_of as names_of_points
from .written import Words


@dataclass(frozen=True, slots=True)
class Use:
    """One place: the benefit or service it belongs to (None: the whole plan) and what the parameter is there."""

    of: Words | None
    role: str


SERVICE = "service"
"""How often a service can be used, how the price is paid, what points are worth: no benefit depends on it."""
ROLES = (
    *("price", "price-instead", "waiting", "overall", "age-from", "age-to", "joining"),
    *("deductible", "bands", "rate", "rate-instead", "rate-raised"),
    *("limit-visit", "limit-day", "limit-item", "limit-year"),
    *("sum", "share", "grades", "night", "diagnosis", "past", "list", "waiting-benefit", "condition"),
    SERVICE,
)
"""Everything a parameter can be."""


def uses_of(form: TermsForm) -> dict[str, tuple[Use, ...]]:
    """The uses of each parameter, in the order in which the terms come to them; not of those only told in texts."""
    found: dict[str, dict[Use, None]] = {}
    for name, use in (*_of_plan(form), *_of_benefits(form), *_of_services(form)):
        if name in form.parameters:
            found.setdefault(name, {})[use] = None
    return {name: tuple(uses) for name, uses in found.items()}


def _of_plan(form: TermsForm) -> Iterator[tuple[str, Use]]:
    yield form.price.amount, Use(None, "price")
    for instead in form.price.instead:
        yield instead.amount, Use(None, "price-instead")
    if form.waiting_days:
        yield form.waiting_days, Use(None, "waiting")
    for joining in form.joining:
        for name, role in _of_condition(joining.when):
            yield name, Use(None, role or "joining")
    for name in form.overall_limits:
        yield name, Use(None, "overall")


def _of_benefits(form: TermsForm) -> Iterator[tuple[str, Use]]:
    for benefit in form.benefits:
        for name, role in (*_of_pay(benefit), *_of_scope(benefit.scope)):
            yield name, Use(benefit.name, role)


def _of_services(form: TermsForm) -> Iterator[tuple[str, Use]]:
    for item in form.entitlements:
        yield item.count, Use(item.name, SERVICE)
    for name in (*names_of_paying(form.paying), *(names_of_points(form.points) if form.points else ())):
        yield name, Use(None, SERVICE)


def _of_pay(benefit: Any) -> Iterator[tuple[str, str]]:
    if isinstance(benefit, ReimbursementForm):
        if benefit.deductible:
            yield benefit.deductible.amount, "deductible"
        if benefit.bands:
            yield benefit.bands, "bands"
        if benefit.rate:
            yield benefit.rate.percent, "rate"
            yield from ((instead.percent, "rate-instead") for instead in benefit.rate.instead)
            yield from ((raised.percent, "rate-raised") for raised in benefit.rate.raised)
            for conditional in (*benefit.rate.instead, *benefit.rate.raised):
                yield from ((name, "condition") for name, _ in _of_condition(conditional.when))
    elif isinstance(benefit, LumpSumForm):
        yield benefit.amount, "sum"
        yield from ((name, role) for name, role in ((benefit.share, "share"), (benefit.by_grade, "grades")) if name)
    else:
        yield benefit.per_night, "night"
    yield from ((limit.amount, f"limit-{limit.per}") for limit in benefit.limits)


def _of_scope(scope: ScopeForm) -> Iterator[tuple[str, str]]:
    for field, role in (("diagnosis", "diagnosis"), ("never_again", "past"), ("formulary", "list")):
        written = getattr(scope, field)
        if isinstance(written, str):
            yield written, role
    if scope.waiting_days:
        yield scope.waiting_days, "waiting-benefit"
    for require in scope.requires:
        yield from ((name, "condition") for name, _ in _of_condition(require.when))


def _of_condition(form: Any) -> Iterator[tuple[str, str]]:
    """Names a condition mentions, with what they are where that is known."""
    if isinstance(form, AgeForm):
        yield from (
            (name, role) for name, role in ((form.age.lowest, "age-from"), (form.age.highest, "age-to")) if name
        )
    elif isinstance(form, FactForm):
        _check, written = form.comparison
        if isinstance(written, str):
            yield written, ""
    else:
        for part in (*getattr(form, "all", ()), *getattr(form, "any", ()), getattr(form, "not_", None)):
            if part is not None:
                yield from _of_condition(part)
