"""Propose: one form with several lines that grows without scripts and loses nothing."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from apps.accounts.permissions import role_required
from apps.core.clock import business_day, now
from apps.core.errors import DomainError
from apps.core.http import Request, add_error
from apps.governance import permissions, selectors, services
from apps.governance.errors import NoSeat
from apps.governance.forms import LineForms, ProposalForm, typed_lines
from apps.governance.models import Resolution


@role_required(*permissions.COUNCIL)
@require_http_methods(["GET", "POST"])
def propose(request: Request) -> HttpResponse:
    if selectors.seat_of(request.user, business_day(now())) is None:
        raise NoSeat
    if request.method == "GET":
        return _page(request, *_fresh(request))
    if "add" in request.POST or "remove" in request.POST:
        return _page(request, *_resized(request), is_resized=True)
    form = ProposalForm(request.POST, **_sources())
    lines = LineForms(request.POST, form_kwargs=_choices())
    if form.is_valid() & lines.is_valid():
        resolution = _propose(request, form, lines)
        if resolution:
            return redirect("governance:resolution", resolution.pk)
    return _page(request, form, lines)


def _propose(request: Request, form: ProposalForm, lines: Any) -> Resolution | None:
    data = form.cleaned_data
    try:
        return services.propose(
            actor=request.user,
            title_zh=data["title_zh"],
            title_en=data["title_en"],
            text=data["text"],
            close_id=data["close"],
            lines=[line.draft() for line in lines],
            first_call_id=data["first_call"],
            what_if_id=data["what_if"],
            key=data["key"],
            now=now(),
        )
    except DomainError as error:
        add_error(form, error)
        return None


def _sources() -> dict[str, Any]:
    return {"surpluses": selectors.usable_surpluses(), "what_ifs": selectors.citable_what_ifs()}


def _choices() -> dict[str, Any]:
    today = business_day(now())
    return {
        "payees": {payee.pk: payee for payee in selectors.payees_with_account()},
        "seats": {seat.pk: seat for seat in selectors.seats_on(today)},
        "today": today,
    }


def _fresh(request: Request) -> tuple[ProposalForm, Any]:
    """An empty form, or one filled from a resolution that is called again."""
    again = request.GET.get("again", "")
    first = Resolution.objects.filter(pk=int(again)).first() if again.isascii() and again.isdigit() else None
    form = ProposalForm(**_sources(), initial=_initial(first) if first else None)
    rows = [_line_initial(line) for line in first.lines.order_by("position")] if first else [{}]
    return form, LineForms(initial=rows, form_kwargs=_choices())


def _resized(request: Request) -> tuple[ProposalForm, Any]:
    """The same form with one line more or fewer; nothing is checked yet and nothing typed is lost."""
    rows: list[dict[str, Any]] = list(typed_lines(request.POST))
    gone = request.POST.get("remove", "")
    if gone.isascii() and gone.isdigit() and len(rows) > 1:
        rows = rows[: int(gone)] + rows[int(gone) + 1 :]
    if "add" in request.POST:
        rows.append({})
    form = ProposalForm(**_sources(), initial=request.POST.dict())
    return form, LineForms(initial=rows, form_kwargs=_choices())


def _initial(first: Resolution) -> dict[str, Any]:
    return {
        "close": first.period_close_id,
        "title_zh": first.title_zh,
        "title_en": first.title_en,
        "text": first.text,
        "first_call": first.pk,
        "what_if": first.what_if_id,
    }


def _line_initial(line: Any) -> dict[str, Any]:
    names = ("purpose", "milestones", "report_due")
    own = {name: getattr(line, name) for name in names}
    return own | {"payee": line.payee_id, "owner": line.owner_id, "amount": line.amount_fen}


def _page(request: Request, form: ProposalForm, lines: Any, *, is_resized: bool = False) -> HttpResponse:
    context = {"form": form, "lines": lines, "has_surplus": form.has_surplus, "is_resized": is_resized}
    return render(request, "governance/propose.html", context)
