"""What a plan would pay for a bill somebody makes up, before joining."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from apps.core.clock import business_day, now
from apps.core.http import add_error, render_page
from apps.plans.calculator import tried
from apps.plans.errors import BillOverpaid, OthersOverpaid
from apps.plans.forms import CalculatorForm
from apps.plans.rules import Terms, reason_text, sentence
from apps.plans.selectors import plan_version, terms_of
from apps.plans.words import in_language, payer_parts


@dataclass(frozen=True, slots=True)
class Result:
    """What is paid, why, and who bears the bill."""

    paid_fen: int
    sentences: tuple[str, ...]
    parts: tuple[tuple[str | Promise, int], ...]


@dataclass(frozen=True, slots=True)
class Calculator:
    """The form as filled in and, where it could be calculated, the result."""

    form: CalculatorForm
    url: str
    result: Result | None


@require_safe
def calculator(request: HttpRequest, code: str) -> HttpResponse:
    """The calculator of one plan as a page of its own; the plan's page shows the same."""
    terms, language = terms_of(plan_version(code, business_day(now()))), get_language() or "en"
    shown = calculated(terms, request.GET.dict() | {"raised": request.GET.getlist("raised")}, language)
    context = {"code": code, "name": in_language(terms.name, language), "calculator": shown}
    return render_page(request, "plans/calculator.html", context)


def calculated(terms: Terms, given: Mapping[str, Any], language: str) -> Calculator:
    """The calculator with what was given; what is missing is filled in with something usual."""
    form = CalculatorForm(given, terms=terms, language=language)
    result = _result(terms, form, language) if form.is_valid() else None
    return Calculator(form, reverse("plans:calculator", args=[terms.code]), result)


def _result(terms: Terms, form: CalculatorForm, language: str) -> Result | None:
    try:
        outcome = tried(terms, form.attempt)
    except BillOverpaid:
        add_error(form, OthersOverpaid())
        return None
    if outcome is None:
        return None
    told = [sentence(step, terms, language) for step in outcome.decision.steps]
    told += [reason_text(refused.reason, language) for refused in outcome.decision.refused]
    return Result(outcome.decision.paid_fen, tuple(told), payer_parts(outcome.payers, terms.code))
