"""From the form of a terms file to terms ready for use; every name it mentions must be there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from string import Formatter
from typing import Any

from apps.core.errors import N_

from . import document as forms
from . import terms as made
from .benefits import built_benefit
from .condition_building import built_condition
from .document import TermsForm
from .facts import FACTS, Fact
from .faults import Fault, Unfit, unfit
from .paying import built_paying
from .points import built_points
from .shared import check_shared
from .source import Path
from .values import Figures, figures_of
from .written import Words

ANSWERS = {
    "choice": {"choice", "number"},
    "multi": {"codes", "list"},
    "yes_no": {"yes_no"},
    "date": {"date"},
    "number": {"number"},
    "icd": {"codes"},
    "screening": {"screening"},
}
"""Which kinds of fact a kind of question can answer."""


def built_terms(form: TermsForm) -> made.Terms:
    """Terms of a form.  Raises Fault at the first name or text that does not hold."""
    figures = figures_of(form.parameters)
    waiting = figures.get(form.waiting_days, ("waiting_days",), "days").value if form.waiting_days else 0
    _check_unique([benefit.code for benefit in form.benefits], "benefits", "code")
    _check_unique([question.fact for question in form.questions], "questions", "fact")
    _check_unique([item.code for item in form.entitlements], "entitlements", "code")
    _check_texts(form, figures)
    benefits = tuple(
        built_benefit(benefit, ("benefits", number), figures, form.overall_limits, waiting)
        for number, benefit in enumerate(form.benefits)
    )
    check_shared(benefits)
    return made.Terms(
        code=form.code,
        version=form.version,
        name=form.name,
        summary=form.summary,
        disease_family=form.disease_family,
        priority=form.priority,
        offered=form.offered,
        valid_from=form.valid.since,
        valid_until=form.valid.until,
        source=form.source,
        figures=figures,
        price=_price(form.price, figures),
        paying=built_paying(form.paying, figures),
        waiting_days=waiting,
        joining=_each(form.joining, "joining", figures, _joining),
        questions=_each(form.questions, "questions", figures, _question),
        benefits=benefits,
        entitlements=_each(form.entitlements, "entitlements", figures, _entitlement),
        points=built_points(form.points, figures) if form.points else None,
        services=form.services,
        not_paid=form.not_paid,
        examples=tuple(made.Example(example.title, example.case) for example in form.examples),
    )


def _each(items: Sequence[Any], name: str, figures: Figures, build: Callable[[Any, Path, Figures], Any]) -> Any:
    return tuple(build(item, (name, number), figures) for number, item in enumerate(items))


def _joining(form: forms.JoiningForm, where: Path, figures: Figures) -> made.Joining:
    condition = built_condition(form.when, (*where, "when"), figures)
    return made.Joining(form.reason, form.clause, form.says, condition)


def _question(form: forms.QuestionForm, where: Path, figures: Figures) -> made.Question:
    if form.fact not in FACTS:
        raise Fault((*where, "fact"), N_("= %(name)s is not a fact terms may ask for"), name=form.fact)
    fact = FACTS[form.fact]
    if fact.kind not in ANSWERS[form.kind]:
        raise Fault((*where, "kind"), N_("= %(kind)s does not fit %(fact)s"), kind=form.kind, fact=form.fact)
    if form.kind in ("choice", "multi") and not form.choices:
        raise Fault((*where, "choices"), N_("is missing: this kind of question needs choices"))
    for number, choice in enumerate(form.choices):
        _check_choice(fact, choice.value, (*where, "choices", number, "value"))
    only_when = built_condition(form.only_when, (*where, "only_when"), figures) if form.only_when else None
    return made.Question(
        fact=form.fact,
        kind=form.kind,
        label=form.label,
        help=form.help,
        choices=tuple(made.Choice(choice.value, choice.zh, choice.en) for choice in form.choices),
        required=form.required,
        only_when=only_when,
    )


def _check_choice(fact: Fact, value: str, where: Path) -> None:
    try:
        fact.read([value] if fact.kind in ("codes", "list") else value)
    except Unfit as error:
        raise unfit(where, value, error) from None


def _entitlement(form: forms.EntitlementForm, where: Path, figures: Figures) -> made.Entitlement:
    count = figures.get(form.count, (*where, "count"), "count").value
    return made.Entitlement(form.code, form.name, form.clause, count, form.per)


def _price(form: forms.PriceForm, figures: Figures) -> made.Price:
    base = figures.get(form.amount, ("price", "amount"), "amount")
    instead = []
    for number, item in enumerate(form.instead):
        where: Path = ("price", "instead", number)
        amount = figures.get(item.amount, (*where, "amount"), "amount").value
        instead.append((built_condition(item.when, (*where, "when"), figures), amount))
    return made.Price(base.value, base.clause, tuple(instead))


def _check_unique(names: Sequence[str], field: str, part: str) -> None:
    for number, name in enumerate(names):
        if name in names[:number]:
            raise Fault((field, number, part), N_("= %(value)s stands twice"), value=name)


def _check_texts(form: TermsForm, figures: Figures) -> None:
    """Every place in a text of the plan names a parameter, the same ones in both languages."""
    for path, words in _texts(form):
        places = [_places(text, (*path, key)) for key, text in (("zh", words.zh), ("en", words.en))]
        for name in sorted(places[0] | places[1]):
            if name not in figures.by_name:
                raise Fault(path, N_("mentions {%(name)s}, which names no parameter"), name=name)
        if places[0] != places[1]:
            raise Fault(path, N_("mentions different parameters in zh and en"))


def _texts(form: TermsForm) -> list[tuple[Path, Words]]:
    found: list[tuple[Path, Words]] = [(("summary",), form.summary)]
    found += [(("joining", i, "says"), item.says) for i, item in enumerate(form.joining)]
    found += [(("benefits", i, "says"), item.says) for i, item in enumerate(form.benefits)]
    found += [(("services", i), item) for i, item in enumerate(form.services)]
    found += [(("not_paid", i), item) for i, item in enumerate(form.not_paid)]
    return found


def _places(text: str, where: Path) -> set[str]:
    try:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError:
        raise Fault(where, N_("has a brace that is not closed")) from None
