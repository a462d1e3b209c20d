"""A plan's terms with some parameters replaced."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.actuary.errors import ChangeUnusable, NotACode, NotAMedicine
from apps.actuary.rules.listed import not_code, not_medicine
from apps.plans.errors import TermsInvalid
from apps.plans.models import PlanVersion
from apps.plans.rules import Terms, load_terms
from apps.plans.rules.document import TermsForm
from apps.plans.rules.uses import uses_of


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


def check_codes(version: PlanVersion, changes: Mapping[str, Any]) -> None:
    """Raises NotACode for a code that can be none, NotAMedicine for one that is not like its list's ATC codes.

    Diagnoses and what members answer are known to the terms themselves, which refuse others.
    """
    form = TermsForm.model_validate(version.terms)
    uses = uses_of(form)
    for name, value in changes.items():
        listed = form.parameters[name].codes
        if listed is None:
            continue
        if (bad := not_code(value)) is not None:
            raise NotACode(name, bad)
        is_list = any(use.role == "list" for use in uses[name])
        if is_list and not_medicine(listed) is None and (bad := not_medicine(value)) is not None:
            raise NotAMedicine(name, bad)
