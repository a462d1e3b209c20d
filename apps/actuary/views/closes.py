"""Pages of the treasurer's closes; council and auditor read them, and a second person agrees to open one again."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods
from django_htmx.http import HttpResponseClientRefresh

from apps.accounts.permissions import role_required
from apps.actuary import selectors, services
from apps.actuary.figures import FIGURES, entries_behind
from apps.actuary.forms import ReopeningForm, StartForm
from apps.actuary.models import PeriodClose, Reopening
from apps.actuary.parameters import terms_on
from apps.actuary.permissions import AGREERS, BOOK_READERS, CLOSERS, READERS
from apps.actuary.rules.calendar import Due, Span
from apps.actuary.rules.result import PlanResult, Result
from apps.actuary.rules.steps import ORDER
from apps.core.clock import business_day, now
from apps.core.display import is_chinese
from apps.core.errors import DomainError
from apps.core.http import Request, add_error, paginate, render_page, say


@role_required(*READERS)
@require_GET
def closes(request: Request) -> HttpResponse:
    due = selectors.due_periods()
    today = business_day(now())
    waiting = [_unsaved(span, due) for span in Span if due.of(span)] if due else []
    context = {
        "page": paginate(selectors.closes(), request),
        "ended": [close for close in waiting if close.end <= today],
        "lasting": next((close for close in waiting if close.end > today), None),
        "may_close": request.user.has_role(*CLOSERS),
    }
    return render_page(request, "actuary/closes.html", context)


def _unsaved(span: Span, due: Due) -> PeriodClose:
    """The period as a close that has not begun, for its name and days."""
    period = due.of(span) or due.quarter
    return PeriodClose(span=span.value, start=period.start, end=period.end)


@role_required(*CLOSERS)
@require_http_methods(["GET", "POST"])
def start(request: Request) -> HttpResponse:
    due = selectors.due_periods()
    span = Span.MONTH if (request.POST or request.GET).get("span") == Span.MONTH else Span.QUARTER
    if due is None or (request.method == "GET" and not due.of(span)):
        return redirect("actuary:closes")
    close = _unsaved(span, due)
    if request.method == "GET" and business_day(now()) < close.end:
        return redirect("actuary:closes")
    initial = {"start": close.start, "span": span.value}
    form = StartForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            begun = services.start_close(actor=request.user, now=now(), **form.cleaned_data)
            return redirect("actuary:close", begun.pk)
        except DomainError as error:
            add_error(form, error)
    return render(request, "actuary/start.html", {"form": form, "close": close, "terms": terms_on(close.counted.start)})


@role_required(*READERS)
@require_GET
def close(request: Request, pk: int) -> HttpResponse:
    row = get_object_or_404(selectors.closes().select_related("started_by"), pk=pk)
    if row.is_closed and request.htmx.target == "close-progress":
        return HttpResponseClientRefresh()
    result = row.result
    context = {
        "close": row,
        "result": result,
        "plans": result and _named(result),
        "steps_total": len(ORDER),
        "figures": result and {name: (figure, figure.fen(result)) for name, figure in FIGURES.items()},
        "terms": terms_on(row.counted.start),
        "poll_url": reverse("actuary:close", args=[pk]),
        "allowances": selectors.allowances_of(row) if row.ends_a_year else (),
        "reopening": next((one for one in row.reopenings.all() if one.state != Reopening.State.REFUSED), None),
        "successor": selectors.successor_of(row),
        "may_ask": request.user.has_role(*CLOSERS) and selectors.latest_close() == row,
        "may_agree": request.user.has_role(*AGREERS),
    }
    return render_page(request, "actuary/close.html", context)


def _named(result: Result) -> list[tuple[str, PlanResult]]:
    """Each plan's figures with its name in the reader's language."""
    names = selectors.plan_names([plan.plan for plan in result.plans], "zh" if is_chinese() else "en")
    return [(names[plan.plan], plan) for plan in result.plans]


@role_required(*READERS)
@require_GET
def figure(request: Request, pk: int, name: str) -> HttpResponse:
    row = get_object_or_404(PeriodClose, pk=pk, state=PeriodClose.State.CLOSED)
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
    row = get_object_or_404(PeriodClose, pk=pk, state=PeriodClose.State.CLOSED)
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
    row = get_object_or_404(PeriodClose, pk=pk, state=PeriodClose.State.CLOSED)
    headers = {"Content-Disposition": f'attachment; filename="close-{row.span}-{row.start}-v{row.version}.json"'}
    return HttpResponse(row.snapshot, content_type="application/json; charset=utf-8", headers=headers)


@role_required(*CLOSERS)
@require_http_methods(["GET", "POST"])
def ask_reopening(request: Request, pk: int) -> HttpResponse:
    row = get_object_or_404(PeriodClose, pk=pk, state=PeriodClose.State.CLOSED)
    form = ReopeningForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.ask_reopening(close_id=pk, actor=request.user, now=now(), **form.cleaned_data)
            messages.success(request, _("A second person has to agree now."))
            return redirect("actuary:close", pk)
        except DomainError as error:
            add_error(form, error)
    return render(request, "actuary/ask_reopening.html", {"form": form, "close": row})


@role_required(*AGREERS)
@require_http_methods(["GET", "POST"])
def decide_reopening(request: Request, pk: int) -> HttpResponse:
    asked = get_object_or_404(Reopening.objects.select_related("close", "asked_by", "decided_by"), pk=pk)
    problem = ""
    if request.method == "POST":
        try:
            agrees = "agree" in request.POST
            services.decide_reopening(reopening_id=pk, actor=request.user, agrees=agrees, now=now())
            return redirect("actuary:close", asked.close_id)
        except DomainError as error:
            problem = say(error)
    context = {"asked": asked, "close": asked.close, "problem": problem, "is_own": asked.asked_by == request.user}
    return render(request, "actuary/decide_reopening.html", context, status=409 if problem else 200)
