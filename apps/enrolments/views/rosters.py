"""A roster in the browser: upload, watch it being checked, get its errors, confirm as the second person."""

from __future__ import annotations

from itertools import islice

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRefresh

from apps.accounts.models import Role
from apps.accounts.permissions import role_required
from apps.audit.services import record_event
from apps.core import clock
from apps.core.clock import business_day
from apps.core.errors import DomainError
from apps.core.http import Request, add_error, render_page, say
from apps.enrolments.errors import NobodyToEnrol, NotToConfirm, SameFile
from apps.enrolments.group_forms import UploadForm
from apps.enrolments.group_pages import error_file, left_out, plan_name, refusal_text, rows_left_out, sample_file
from apps.enrolments.models import Place, Roster
from apps.enrolments.permissions import check_group, check_is_second, check_roster, is_second
from apps.enrolments.services import confirm_roster, upload_roster, withdraw_roster
from apps.enrolments.services.rosters import LABEL

FIRST_FAULTS = 5
SHOWN = (Roster.State.CHECKED, Roster.State.DONE)
CSV = {"content_type": "text/csv; charset=utf-8", "headers": {"Cache-Control": "no-store"}}


@role_required(Role.SPONSOR)
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: Request, pk: int) -> HttpResponse:
    """Hand in a file of people."""
    agreement = check_group(request.user, pk)
    form = UploadForm(request.POST or None, request.FILES or None, today=business_day(clock.now()))
    if request.method == "POST" and form.is_valid():
        roster_id = _upload(request, pk, form)
        if roster_id:
            return redirect("enrolments:roster", roster_id)
    context = {"agreement": agreement, "plan_name": plan_name(agreement, get_language() or "en"), "form": form}
    return render_page(request, "enrolments/upload.html", context)


def _upload(request: Request, agreement_id: int, form: UploadForm) -> int | None:
    """The roster's id, the first one's for the same file; None when the form says what is wrong."""
    file = form.cleaned_data["file"]
    try:
        roster = upload_roster(
            actor=request.user,
            agreement_id=agreement_id,
            name=file.name,
            size=file.size,
            pieces=file.chunks(),
            start=form.cleaned_data["start"],
            key=form.cleaned_data["key"],
            now=clock.now(),
        )
    except SameFile as error:
        messages.info(request, say(error))
        return int(str(error.params["roster_id"]))
    except DomainError as error:
        add_error(form, error)
        return None
    return roster.pk


@role_required(Role.SPONSOR)
@require_safe
def roster(request: Request, pk: int) -> HttpResponse:
    """Where a roster stands: being checked, its figures, being enrolled, done."""
    found = check_roster(request.user, pk)
    if not found.is_moving and request.htmx.target == "roster-progress":
        return HttpResponseClientRefresh()
    language, has_rows = get_language() or "en", found.state in SHOWN and found.blocks.exists()
    faults = rows_left_out(found, language, business_day(clock.now())) if has_rows else iter(())
    context = {
        "roster": found,
        "agreement": found.agreement,
        "plan_name": plan_name(found.agreement, language),
        "percent": found.permille // 10,
        "poll_url": reverse("enrolments:roster", args=[pk]),
        "refusal": refusal_text(found),
        "left_out": left_out(found),
        "has_rows": has_rows,
        "first_faults": [(number, wrong) for number, _cells, wrong in islice(faults, FIRST_FAULTS)],
        "is_second": is_second(request.user, found),
        "places": _places(found),
    }
    return render_page(request, "enrolments/roster.html", context)


def _places(found: Roster) -> dict[str, int]:
    """How the members of an enrolled roster have answered."""
    if found.state != Roster.State.DONE or not found.agreement.members_confirm:
        return {}
    counts = dict(found.places.values_list("state").annotate(count=Count("pk")))
    return {state: counts.get(state, 0) for state in Place.State.values}


@role_required(Role.SPONSOR)
@require_safe
def roster_errors(request: Request, pk: int) -> HttpResponse:
    """The rows that are left out, with what is wrong, to be mended and uploaded again; the download is noted."""
    found = check_roster(request.user, pk)
    now = clock.now()
    record_event(actor_id=request.user.pk, action="roster.errors-downloaded", target=(LABEL, pk), now=now)
    lines = error_file(found, get_language() or "en", business_day(now))
    response = StreamingHttpResponse(lines, **CSV)
    response["Content-Disposition"] = f'attachment; filename="roster-{pk}-errors.csv"'
    return response  # type: ignore[return-value]


@role_required(Role.SPONSOR)
@require_safe
def roster_sample(request: Request) -> HttpResponse:
    """A file to begin with."""
    response = HttpResponse(sample_file(), **CSV)
    response["Content-Disposition"] = 'attachment; filename="roster.csv"'
    return response


@role_required(Role.SPONSOR)
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: Request, pk: int) -> HttpResponse:
    """The second person's look at the figures, and yes."""
    found = check_roster(request.user, pk)
    check_is_second(request.user, found)
    if request.method == "POST":
        try:
            confirm_roster(roster_id=pk, actor=request.user, now=clock.now())
            messages.success(request, _("The roster is confirmed. Its people are being enrolled."))
        except (NotToConfirm, NobodyToEnrol) as error:
            messages.warning(request, say(error))
        return redirect("enrolments:roster", pk)
    context = {
        "roster": found,
        "agreement": found.agreement,
        "plan_name": plan_name(found.agreement, get_language() or "en"),
        "left_out": left_out(found),
    }
    return render_page(request, "enrolments/confirm_roster.html", context)


@role_required(Role.SPONSOR)
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: Request, pk: int) -> HttpResponse:
    """Take a roster back before it is confirmed."""
    found = check_roster(request.user, pk)
    if request.method == "POST":
        try:
            withdraw_roster(roster_id=pk, actor=request.user, now=clock.now())
            messages.success(request, _("The roster is withdrawn and its rows are removed."))
        except NotToConfirm as error:
            messages.warning(request, say(error))
        return redirect("enrolments:group", found.agreement_id)
    return render_page(request, "enrolments/withdraw_roster.html", {"roster": found})
