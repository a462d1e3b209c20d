"""Public pages: all plans side by side, and one plan in plain words."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

from apps.core.clock import business_day, now
from apps.core.http import render_page
from apps.plans.rules.schema import schema_text
from apps.plans.selectors import plan_version, published_plans, terms_of
from apps.plans.views.calculating import calculated
from apps.plans.words import example_words, plan_words


def catalogue(request: HttpRequest) -> HttpResponse:
    """Every plan that can be joined today, compared."""
    language = get_language() or "en"
    versions = published_plans(business_day(now()))
    plans = [plan_words(terms_of(version), language) for version in versions]
    return render_page(request, "plans/catalogue.html", {"plans": plans})


def detail(request: HttpRequest, code: str) -> HttpResponse:
    """Who may join a plan, what it pays and what not, what it costs."""
    language = get_language() or "en"
    terms = terms_of(plan_version(code, business_day(now())))
    context = {
        "plan": plan_words(terms, language),
        "examples": example_words(terms, language),
        "calculator": calculated(terms, {}, language),
    }
    return render_page(request, "plans/detail.html", context)


def schema(request: HttpRequest) -> HttpResponse:
    """The JSON Schema of terms files, for editors."""
    headers = {"Cache-Control": "public, max-age=3600"}
    return HttpResponse(schema_text(), content_type="application/schema+json; charset=utf-8", headers=headers)
