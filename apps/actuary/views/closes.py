"""Pages of the treasurer's quarter close; council and auditor read them."""

from __future__ import annotations

from django.db.models import Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods
from django_htmx.http import HttpResponseClientRefresh

from apps.accounts.permissions import role_required
from apps.actuary import selectors, services
from apps.actuary.figures import FIGURES, entries_behind
from apps.actuary.forms import StartForm
from apps.actuary.models import PeriodClose
from apps.actuary.parameters import terms_on
from apps.actuary.permissions import BOOK_READERS, CLOSERS, READERS
from apps.actuary.rules.result import PlanResult, Result
from apps.actuary.rules.steps import ORDER
from apps.core.clock import business_day, now
from apps.core.display import is_chinese
from apps.core.errors import DomainError
from apps.core.http import Request, add_error, paginate, render_page


@role_required(*READERS)
@require_GET
def closes(request: Request) -> HttpResponse:
    due = selectors.due_quarter()
    context = {
        "page": paginate(selectors.closes(), request),
        "due": due and PeriodClose(quarter_start=due.start, quarter_end=due.end),
        "has_ended": bool(due and business_day(now()) >= due.end),
        "may_close": request.user.has_role(*CLOSERS),
    }
    return render_page(request, "actuary/closes.html", context)


@role_required(*CLOSERS)
@require_http_methods(["GET", "POST"])
def start(request: Request) -> HttpResponse:
    due = selectors.due_quarter()
    if due is None or (request.method == "GET" and business_day(now()) < due.end):
        return redirect("actuary:closes")
    form = StartForm(request.POST if request.method == "POST" else None, initial={"quarter_start": due.start})
    if request.method == "POST" and form.is_valid():
        try:
            close = services.start_close(actor=request.user, now=now(), **form.cleaned_data)
            return redirect("actuary:close", close.pk)
        except DomainError as error:
            add_error(form, error)
    close = PeriodClose(quarter_start=due.start, quarter_end=due.end)
    context = {"form": form, "close": close, "terms": terms_on(due.start)}
    return render(request, "actuary/start.html", context)


@role_required(*READERS)
@require_GET
def close(request: Request, pk: int) -> HttpResponse:
    row = get_object_or_404(PeriodClose.objects.select_related("started_by"), pk=pk)
    if row.is_closed and request.htmx.target == "close-progress":
        return HttpResponseClientRefresh()
    result = row.result
    context = {
        "close": row,
        "result": result,
        "plans": result and _named(result),
        "steps_total": len(ORDER),
        "figures": result and {name: (figure, figure.fen(result)) for name, figure in FIGURES.items()},
        "terms": terms_on(row.quarter_start),
        "poll_url": reverse("actuary:close", args=[pk]),
    }
    return render_page(request, "actuary/close.html", context)


def _named(result: Result) -> list[tuple[str, PlanResult]]:
    """Each plan's figures with its name in the reader's language."""
    names = selectors.plan_names([plan.plan for plan in result.plans], "zh" if is_chinese() else "en")
    return [(names[plan.plan], plan) for plan in result.plans]


@role_required(*READERS)
@require_GET
def figure(request: Request, pk: int, name: str) -> HttpResponse:
    row = get_object_or_404(selectors.locked_closes(), pk=pk)
    if name not in FIGURES or row.result is None:
        return redirect("actuary:close", pk)
    shown = FIGURES[name]
    entries = entries_behind(row, shown)
    context = {
        "close": row,
        "figure": shown,
        "fen": shown.fen(row.result),
        "booked_fen": entries.aggregate(total=Sum("fen"))["total"] or 0,
        "page": paginate(entries, request),
        "may_read_books": request.user.has_role(*BOOK_READERS),
    }
    return render_page(request, "actuary/figure.html", context)


@role_required(*READERS)
@require_GET
def shares(request: Request, pk: int) -> HttpResponse:
    row = get_object_or_404(selectors.locked_closes(), pk=pk)
    rows = selectors.shares_of(row)
    context = {
        "close": row,
        "page": paginate(rows, request),
        "total_fen": rows.aggregate(total=Sum("earned_fen"))["total"] or 0,
    }
    return render_page(request, "actuary/shares.html", context)


@role_required(*READERS)
@require_GET
def snapshot(request: Request, pk: int) -> HttpResponse:
    """The locked figures byte by byte: their SHA-256 is the fingerprint on the page."""
    row = get_object_or_404(selectors.locked_closes(), pk=pk)
    headers = {"Content-Disposition": f'attachment; filename="close-{row.quarter_start}.json"'}
    return HttpResponse(row.snapshot, content_type="application/json; charset=utf-8", headers=headers)
