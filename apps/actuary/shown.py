"""An answered what-if as its page shows it: figures in rows, names in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext

from apps.actuary.changing import changed_terms
from apps.actuary.charts import bar_label, trimmed
from apps.actuary.models import WhatIf
from apps.actuary.parameters import UnusableParameters, terms_on
from apps.actuary.rules.effects import Both, Effect
from apps.actuary.rules.reserves import part_of
from apps.plans.rules.writing import typed
from apps.plans.selectors import terms_of
from apps.plans.words import in_language, parameter_words


@dataclass(frozen=True, slots=True)
class ShownChange:
    """One changed parameter."""

    section: str
    label: str
    unit: str
    clause: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class ShownGroup:
    kind: str
    name: str
    people: int
    paid: Both


@dataclass(frozen=True, slots=True)
class ShownWhatIf:
    """Everything a page says of a what-if; ``effect`` is None until it is answered."""

    plan: str
    version: str
    changes: tuple[ShownChange, ...]
    effect: Effect | None = None
    benefits: tuple[tuple[str, Both], ...] = ()
    groups: tuple[ShownGroup, ...] = ()
    bars: tuple[tuple[str, int], ...] = ()
    loss_ratio: tuple[Fraction | None, Fraction | None] = (None, None)
    reserve: Both | None = None


def shown_what_if(asked: WhatIf, language: str) -> ShownWhatIf:
    """The page of a what-if in the reader's language."""
    terms, effect = terms_of(asked.plan_version), asked.effect
    names = (in_language(terms.name, language), asked.plan_version.version)
    changes = tuple(_changes(asked, language))
    if effect is None:
        return ShownWhatIf(*names, changes)
    named = {benefit.code: in_language(benefit.name, language) for benefit in terms.benefits}
    ratios = _ratio(effect.paid.old, effect.earned.old), _ratio(effect.paid.new, effect.earned.new)
    return ShownWhatIf(
        *names,
        changes,
        effect,
        benefits=tuple((named[code], both) for code, both in effect.benefits.items()),
        groups=tuple(ShownGroup(_kind(g.kind), _group(g.kind, g.name), g.people, g.paid) for g in effect.groups),
        bars=tuple((bar_label(bar), bar.people) for bar in trimmed(effect.bars)),
        loss_ratio=ratios,
        reserve=_reserve(asked, effect),
    )


def _changes(asked: WhatIf, language: str) -> list[ShownChange]:
    version = asked.plan_version
    changed = changed_terms(version, asked.changes).figures.by_name
    words = parameter_words(version.terms, terms_of(version), language)
    return [
        ShownChange(one.section, one.label, one.unit, one.clause, one.value, typed(changed[one.name]))
        for one in words
        if one.name in asked.changes
    ]


def _ratio(paid: int | None, earned: int | None) -> Fraction | None:
    return Fraction(paid, earned) if paid is not None and earned is not None and earned > 0 else None


def _reserve(asked: WhatIf, effect: Effect) -> Both | None:
    """For claims not filed yet, at the loss ratio of each side: what was paid x the share that is filed late.

    None for a period that begins before the fund counted any.
    """
    try:
        share = terms_on(asked.since).unreported_share
    except UnusableParameters:
        return None
    old, new = (None if fen is None else part_of(fen, share) for fen in (effect.paid.old, effect.paid.new))
    return Both(old, new)


def _kind(kind: str) -> str:
    return {"age": gettext("Age"), "sex": gettext("Sex"), "renewal": gettext("Membership")}[kind]


def _group(kind: str, name: str) -> str:
    if kind == "age":
        low, _dash, high = name.rstrip("+").partition("-")
        years = {"low": low, "high": high}
        return gettext("%(low)s to %(high)s years") % years if high else gettext("%(low)s years and older") % years
    words = {
        "female": gettext("Women and girls"),
        "male": gettext("Men and boys"),
        "first": gettext("First year"),
        "renewed": gettext("Second year or later"),
    }
    return words[name]
