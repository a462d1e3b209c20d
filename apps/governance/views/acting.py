"""What a seat does with a resolution: open, vote, close, cancel, ratify; each asks once more before it happens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from apps.accounts.permissions import role_required
from apps.core.clock import business_day, now
from apps.core.errors import DomainError
from apps.core.http import Request, add_error
from apps.governance import permissions, services
from apps.governance.errors import AlreadyVoted, BallotClosed, NoSeat
from apps.governance.forms import OpenForm, RatifyForm, ReasonForm, VoteForm
from apps.governance.interests import preview
from apps.governance.models import Resolution, State
from apps.governance.pages import has_votes_left, interest_rows, own_lines, resolution_view, roll_seat
from apps.governance.selectors import seats_on
from apps.governance.views.reading import found, own_seat, posted

Deed = Callable[[Form], Resolution]


@role_required(*permissions.COUNCIL)
@require_http_methods(["GET", "POST"])
def open_ballot(request: Request, pk: int) -> HttpResponse:
    row, at = found(request, pk), now()
    form = OpenForm(posted(request))
    lines = list(row.lines.all())
    expected = preview(lines, list(seats_on(business_day(at))), day=business_day(at))

    def deed(form: Form) -> Resolution:
        closes_at = at + timedelta(days=form.cleaned_data["days"])
        return services.open_ballot(resolution_id=pk, actor=request.user, closes_at=closes_at, now=at)

    return _ask(request, row, form, deed, "governance/open.html", {"interests": interest_rows(expected)})


@role_required(*permissions.COUNCIL)
@require_http_methods(["GET", "POST"])
def cancel(request: Request, pk: int) -> HttpResponse:
    def deed(form: Form) -> Resolution:
        reason = form.cleaned_data["reason"]
        return services.cancel(resolution_id=pk, actor=request.user, reason=reason, now=now())

    return _ask(request, found(request, pk), ReasonForm(posted(request)), deed, "governance/cancel.html")


@role_required(*permissions.COUNCIL)
@require_http_methods(["GET", "POST"])
def ratify(request: Request, pk: int) -> HttpResponse:
    def deed(form: Form) -> Resolution:
        data = form.cleaned_data
        return services.ratify(
            resolution_id=pk,
            actor=request.user,
            is_ratified=data["is_ratified"],
            minutes=data["reason"],
            now=now(),
        )

    return _ask(request, found(request, pk), RatifyForm(posted(request)), deed, "governance/ratify.html")


@role_required(*permissions.COUNCIL)
@require_http_methods(["GET", "POST"])
def close_ballot(request: Request, pk: int) -> HttpResponse:
    def deed(form: Form) -> Resolution:
        return services.close_ballot(resolution_id=pk, actor=request.user, now=now())

    form = Form(posted(request))
    return _ask(request, found(request, pk), form, deed, "governance/close.html")


def _ask(
    request: Request,
    row: Resolution,
    form: Form,
    deed: Deed,
    template: str,
    context: dict[str, object] | None = None,
) -> HttpResponse:
    """Show what will happen; do it when it is confirmed; put a refusal on the form."""
    if own_seat(request) is None:
        raise NoSeat
    if request.method == "POST" and form.is_valid():
        try:
            deed(form)
            return redirect("governance:resolution", row.pk)
        except DomainError as error:
            add_error(form, error)
    return render(request, template, {"form": form, "resolution": row, "page": resolution_view(row), **(context or {})})


@role_required(*permissions.COUNCIL)
@require_http_methods(["GET", "POST"])
def vote(request: Request, pk: int) -> HttpResponse:
    """Choose, look once more, confirm.  A repeated post finds the votes recorded before."""
    row = found(request, pk)
    page, seat = resolution_view(row), roll_seat(row, request.user)
    if not has_votes_left(page, seat) and "confirm" not in request.POST:
        return _nothing_to_vote(request, row)
    form = VoteForm(posted(request), lines=[line.line for line in own_lines(page, seat)])
    if request.method == "POST" and form.is_valid() and "change" not in request.POST:
        if "confirm" not in request.POST:
            return render(request, "governance/confirm.html", {"form": form, "resolution": row, "page": page})
        return _cast(request, row, form)
    return render(request, "governance/vote.html", {"form": form, "resolution": row, "page": page})


def _cast(request: Request, row: Resolution, form: VoteForm) -> HttpResponse:
    try:
        services.cast_vote(
            resolution_id=row.pk, actor=request.user, choices=form.choices, key=form.cleaned_data["key"], now=now()
        )
        messages.success(request, gettext("Your vote is recorded. Everyone can see it below."))
    except (AlreadyVoted, BallotClosed) as error:
        messages.warning(request, gettext(error.message))
    return redirect("governance:resolution", row.pk)


def _nothing_to_vote(request: Request, row: Resolution) -> HttpResponse:
    if row.state == State.OPEN:
        messages.info(request, gettext("There is no line left for you to vote on: you have voted, or may not vote."))
    return redirect("governance:resolution", row.pk)
