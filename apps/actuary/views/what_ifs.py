"""Ask what other terms would have paid, watch it being worked out, read the answer."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_http_methods
from django_htmx.http import HttpResponseClientRefresh

from apps.accounts.permissions import role_required
from apps.actuary import selectors, services
from apps.actuary.charts import change_chart
from apps.actuary.errors import ChangeUnusable
from apps.actuary.forms import CHANGE, ChangesForm, ScopeForm
from apps.actuary.models import WhatIf
from apps.actuary.permissions import ASKERS, READERS
from apps.actuary.services.what_ifs import STEPS
from apps.actuary.shown import shown_what_if
from apps.core.clock import business_day, now
from apps.core.errors import DomainError
from apps.core.http import Request, add_error, paginate, render_page
from apps.plans.models import PlanVersion
from apps.plans.selectors import terms_of
from apps.plans.words import parameter_words


@role_required(*READERS)
@require_GET
def what_ifs(request: Request) -> HttpResponse:
    page = paginate(selectors.what_ifs(), request)
    names = selectors.versions_with_covers(get_language() or "en")
    rows = [(asked, names[asked.plan_version_id], asked.effect) for asked in page]
    context = {"page": page, "rows": rows, "may_ask": request.user.has_role(*ASKERS)}
    return render_page(request, "actuary/what_ifs.html", context)


@role_required(*ASKERS)
@require_http_methods(["GET", "POST"])
def ask(request: Request) -> HttpResponse:
    """First the plan and the days, by address; then the parameters, by form."""
    scope = _scope(request)
    context: dict[str, Any] = {"scope": scope}
    if scope.is_bound and scope.is_valid():
        version = PlanVersion.objects.get(pk=scope.cleaned_data["version"])
        words = parameter_words(version.terms, terms_of(version), get_language() or "en")
        form = ChangesForm(request.POST if request.method == "POST" else None, parameters=words)
        asked = _ask(request, scope, form) if request.method == "POST" else None
        if asked:
            return redirect("actuary:what_if", asked.pk)
        context |= {"form": form, "version": version, "since": scope.cleaned_data["since"], "until": scope.until}
    return render_page(request, "actuary/ask.html", context)


def _scope(request: Request) -> ScopeForm:
    today = business_day(now())
    versions = list(selectors.versions_with_covers(get_language() or "en").items())
    initial = {"since": date(today.year - 1, 1, 1), "last_day": today}
    return ScopeForm(request.GET if "version" in request.GET else None, initial=initial, versions=versions, today=today)


def _ask(request: Request, scope: ScopeForm, form: ChangesForm) -> WhatIf | None:
    """The question, or None with what is wrong noted at its field."""
    if not form.is_valid():
        return None
    try:
        return services.ask_what_if(
            actor=request.user,
            version_id=scope.cleaned_data["version"],
            since=scope.cleaned_data["since"],
            until=scope.until,
            changes=form.changes(),
            title=form.cleaned_data["title"],
            key=form.cleaned_data["key"],
            now=now(),
        )
    except ChangeUnusable as error:
        error.field = f"{CHANGE}{error.field}"
        add_error(form, error)
    except DomainError as error:
        add_error(form, error)
    return None


@role_required(*READERS)
@require_GET
def what_if(request: Request, pk: int) -> HttpResponse:
    asked = get_object_or_404(WhatIf.objects.select_related("plan_version", "asked_by"), pk=pk)
    if not asked.is_open and request.htmx.target == "what-if-progress":
        return HttpResponseClientRefresh()
    context = {
        "asked": asked,
        "steps_total": STEPS,
        "poll_url": reverse("actuary:what_if", args=[pk]),
        "shown": shown_what_if(asked, get_language() or "en"),
        "may_ask": request.user.has_role(*ASKERS),
    }
    return render_page(request, "actuary/what_if.html", context)


@role_required(*READERS)
@require_GET
def chart(request: HttpRequest, pk: int) -> HttpResponse:
    """How many people gain and lose how much, as a picture; its address changes with the answer."""
    asked = get_object_or_404(WhatIf.objects.filter(state=WhatIf.State.DONE), pk=pk)
    effect = asked.effect
    assert effect is not None  # noqa: S101 - done means answered
    if not effect.bars:
        raise Http404
    svg = change_chart(effect.bars, is_dark=request.GET.get("theme") == "dark")
    headers = {"Cache-Control": "private, max-age=31536000, immutable"}
    return HttpResponse(svg, content_type="image/svg+xml", headers=headers)
