"""What anyone may read, signed in or not: the council, a resolution, its minutes, its frozen manifest."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_safe

from apps.accounts.models import Role, User
from apps.core.clock import business_day, now
from apps.core.http import paginate, render_page
from apps.governance import permissions, selectors
from apps.governance.models import Resolution, Seat, State
from apps.governance.pages import ResolutionPage, has_votes_left, resolution_view, roll_seat
from apps.governance.selectors import seat_of


def own_seat(request: HttpRequest) -> Seat | None:
    """The seat whoever reads holds today."""
    return seat_of(request.user, business_day(now())) if isinstance(request.user, User) else None


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: nothing before it is sent."""
    return request.POST if request.method == "POST" else None


def found(request: HttpRequest, pk: int) -> Resolution:
    """The resolution, if the reader may see it; anything else is not there."""
    row = selectors.resolution_page(pk, with_drafts=permissions.can_read_drafts(request.user))
    if row is None:
        raise Http404
    return row


@require_safe
def council(request: HttpRequest) -> HttpResponse:
    seat = own_seat(request)
    drafts = permissions.can_read_drafts(request.user)
    rows = selectors.resolutions(with_drafts=drafts)
    voted = selectors.voted_by(seat)
    waiting = [State.OPEN, State.DRAFT, State.RATIFYING]
    context = {
        "seat": seat,
        "current": [(row, row.pk in voted) for row in rows.filter(state__in=waiting)],
        "page": paginate(rows.exclude(state__in=waiting), request),
        "surpluses": selectors.usable_surpluses(),
        "seats": selectors.seats_on(business_day(now())),
        "may_propose": seat is not None,
        "may_read_close": isinstance(request.user, User) and request.user.has_role(*permissions.DRAFT_READERS),
        "may_keep_accounts": isinstance(request.user, User) and request.user.has_role(Role.TREASURER),
    }
    return render_page(request, "governance/council.html", context)


@require_safe
def resolution(request: HttpRequest, pk: int) -> HttpResponse:
    row, seat = found(request, pk), own_seat(request)
    page = resolution_view(row)
    is_running = row.closes_at is not None and now() < row.closes_at
    context = {
        "page": page,
        "resolution": row,
        "seat": seat,
        "may_vote": is_running and has_votes_left(page, roll_seat(row, request.user)),
        "may_open": permissions.can_open(seat, row),
        "may_cancel": permissions.can_cancel(seat, row),
        "may_close": permissions.can_close(seat, row) and page.is_settled,
        "may_ratify": permissions.can_ratify(seat, row),
        "may_call_again": seat is not None and page.may_be_called_again,
        "may_read_close": isinstance(request.user, User) and request.user.has_role(*permissions.DRAFT_READERS),
        "may_pay": isinstance(request.user, User) and request.user.has_role(*permissions.ACCOUNT_KEEPERS),
        "again_url": f"{reverse('governance:propose')}?again={pk}",
    }
    return render_page(request, "governance/resolution.html", context)


@require_safe
def minutes(request: HttpRequest, pk: int) -> HttpResponse:
    row = found(request, pk)
    if row.opened_at is None:
        raise Http404
    page: ResolutionPage = resolution_view(row)
    return render_page(request, "governance/minutes.html", {"page": page, "resolution": row})


@require_safe
def manifest(request: HttpRequest, pk: int) -> HttpResponse:
    """The frozen text byte by byte: its SHA-256 is the fingerprint on the page."""
    row = found(request, pk)
    if not row.manifest:
        raise Http404
    headers = {"Content-Disposition": f'attachment; filename="ballot-{pk}.json"'}
    return HttpResponse(row.manifest, content_type="application/json; charset=utf-8", headers=headers)
