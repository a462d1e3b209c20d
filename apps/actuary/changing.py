"""A plan's terms with some parameters replaced."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.actuary.errors import ChangeUnusable
from apps.plans.errors import TermsInvalid
from apps.plans.models import PlanVersion
from apps.plans.rules import Terms, load_terms


def changed_terms(version: PlanVersion, changes: Mapping[str, Any]) -> Terms:
    """The version's terms with some parameters replaced.  Raises ChangeUnusable."""
    for name, value in changes.items():
        try:
            load_terms(version.terms, {name: value})
        except TermsInvalid as error:
            raise ChangeUnusable(name, error.params["problem"]) from error
    try:
        return load_terms(version.terms, changes)
    except TermsInvalid as error:
        raise ChangeUnusable(next(iter(changes)), error.params["problem"]) from error
