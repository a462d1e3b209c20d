"""By which parameters a period is closed: data with source and clause, read from ``parameters.yaml``."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from apps.actuary.rules.terms import RATES, ClosingTerms, Parameter, Returned

SOURCE = Path(__file__).with_name("parameters.yaml")
RETURNED = "returned_to_members"


class UnusableParameters(Exception):
    """The file of parameters is incomplete or contradicts itself."""


def read_terms(text: str) -> tuple[ClosingTerms, ...]:
    """All sets of parameters, oldest first.  Raises UnusableParameters."""
    sets = sorted((_terms(row) for row in yaml.safe_load(text)), key=lambda terms: terms.valid_from)
    if not sets or len({terms.valid_from for terms in sets}) < len(sets):
        raise UnusableParameters("Each set of parameters needs a first day of its own")
    return tuple(sets)


def terms_on(day: date) -> ClosingTerms:
    """The parameters that apply to a quarter beginning on ``day``.  Raises UnusableParameters."""
    for terms in reversed(_all_terms()):
        if terms.valid_from <= day:
            return terms
    raise UnusableParameters(f"No parameters for a quarter that begins on {day}")


@cache
def _all_terms() -> tuple[ClosingTerms, ...]:
    return read_terms(SOURCE.read_text(encoding="utf-8"))


def _terms(row: dict[str, Any]) -> ClosingTerms:
    try:
        cost = row["operating_cost_fen"]["value"]
        rates = {name: Fraction(row[name]["value"]) for name in RATES}
        sources = tuple(
            Parameter(name, str(row[name]["value"]), row[name]["source"], row[name]["clause"])
            for name in ("operating_cost_fen", *RATES)
        )
        plans = row.get(RETURNED, {})
        returned = tuple(Returned(plan, Fraction(one["value"]), one["least_days"]) for plan, one in plans.items())
        sources += tuple(
            Parameter(f"{RETURNED}:{plan}", f"{one['value']} ({one['least_days']})", one["source"], one["clause"])
            for plan, one in plans.items()
        )
        terms = ClosingTerms(row["version"], row["from"], cost, **rates, parameters=sources, returned=returned)
    except (KeyError, TypeError, ValueError) as error:
        raise UnusableParameters(f"{row.get('version')}: {error!r}") from error
    counts, shares = [cost, *(one.least_days for one in returned)], [*rates.values(), *(one.share for one in returned)]
    if any(type(count) is not int or count < 0 for count in counts) or not all(0 <= share <= 1 for share in shares):
        raise UnusableParameters(f"{terms.version}: an amount or a rate is out of bounds")
    return terms
