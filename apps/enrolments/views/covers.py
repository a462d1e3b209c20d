"""The family's covers: all of them, one in full, and leaving it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.core import clock
from apps.core.clock import business_day
from apps.core.display import yuan_text
from apps.core.http import Request, paginate, render_page, say
from apps.enrolments.errors import CoverGone, FiguresMoved
from apps.enrolments.models import Cover, Place
from apps.enrolments.pages import back_words, cover_words, next_due, parts_of, payment_state, way_words
from apps.enrolments.rules.leaving import Leaving
from apps.enrolments.selectors import (
    contributions_of,
    covers_of_user,
    open_lapse_of,
    points_use_of,
    receipts_of,
    refunds_of,
    terms_of_cover,
)
from apps.enrolments.services import drop_cover, leave_cover, what_comes_back
from apps.enrolments.services.refunding import FAMILY_ACCOUNT
from apps.enrolments.views.common import family_cover, language, plan_name
from apps.members.permissions import acting_capacity
from apps.payments.selectors import payee_account_of
from apps.plans.words import plan_words


@login_required
@require_safe
def mine(request: Request) -> HttpResponse:
    """Every cover of the family."""
    today = business_day(clock.now())
    page = paginate(covers_of_user(request.user), request)
    rows = [cover_words(cover, language(), today) for cover in page]
    return render_page(request, "enrolments/mine.html", {"page": page, "rows": rows})


@login_required
@require_safe
def cover(request: Request, pk: int) -> HttpResponse:
    """What is covered, from when to when, what it entitles to, what is owed and was paid, what goes back."""
    now = clock.now()
    found = family_cover(request, pk, purpose="cover", now=now)
    today = business_day(now)
    account = payee_account_of(FAMILY_ACCOUNT, found.application.actor_id)
    due, refunds = next_due(found, today), back_words(list(refunds_of(found)), has_account=account is not None)
    plan = plan_words(terms_of_cover(found), language())
    context = {
        "row": cover_words(found, language(), today),
        "plan": plan,
        "due": due,
        "payment": payment_state(due.contribution) if due else "",
        "use": points_use_of(found),
        "parts": parts_of(found, today),
        "has_points": plan.points is not None and acting_capacity(user=request.user, person=found.person, now=now),
        "place": Place.objects.filter(cover=found).select_related("agreement__organisation").first(),
        "receipts": list(receipts_of(found)),
        "refunds": refunds,
        "needs_account": any(back.needs_account for back in refunds),
        "can_leave": found.state in (Cover.State.ACTIVE, Cover.State.LAPSED) and not found.ending and found.end > today,
    }
    return render_page(request, "enrolments/cover.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def drop(request: Request, pk: int) -> HttpResponse:
    """Not to join after all, before paying."""
    now = clock.now()
    found = family_cover(request, pk, purpose="cover", now=now)
    is_part_paid = any(row.received_fen for row in contributions_of(found))
    if request.method == "POST":
        drop_cover(cover_id=pk, actor=request.user, now=now)
        if is_part_paid:
            messages.success(request, _("The application is cancelled. What was paid comes back."))
        else:
            messages.success(request, _("The application is cancelled. Nothing was charged."))
        return redirect("enrolments:mine")
    context = {"cover": found, "plan_name": plan_name(found), "is_part_paid": is_part_paid}
    return render_page(request, "enrolments/drop.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: Request, pk: int) -> HttpResponse:
    """Leave a running cover: what comes back is said before it happens."""
    now = clock.now()
    found = family_cover(request, pk, purpose="cover", now=now)
    if request.method == "POST":
        try:
            leave_cover(cover_id=pk, actor=request.user, seen_fen=_seen_fen(request), now=now)
        except FiguresMoved as moved:
            messages.warning(request, say(moved))
            return redirect("enrolments:leave", pk)
        return redirect("enrolments:cover", pk)
    lapse = open_lapse_of(found)
    try:
        answer = what_comes_back(found, contributions_of(found), today=business_day(now), lapse=lapse)
    except CoverGone:
        return redirect("enrolments:cover", pk)
    return render_page(request, "enrolments/leave.html", _leaving(found, answer))


def _seen_fen(request: Request) -> int:
    """What the page said comes back; -1, which never fits, where the field was tampered with."""
    seen = request.POST.get("seen_fen", "")[:20]
    return int(seen) if seen.isascii() and seen.isdigit() else -1


def _leaving(found: Cover, answer: Leaving) -> dict[str, object]:
    rows = contributions_of(found)
    own = sum(fen for row, fen in zip(rows, answer.back, strict=True) if row.is_of_family)
    return {
        "cover": found,
        "plan_name": plan_name(found),
        "answer": answer,
        "why": way_words(answer.way),
        "own_fen": own,
        "amount": yuan_text(own),
        "account": payee_account_of(FAMILY_ACCOUNT, found.application.actor_id),
    }
