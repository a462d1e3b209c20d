"""Points of a cover: today's tasks, the balance and what it takes off, the history by day."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from apps.core import clock
from apps.core.clock import business_day
from apps.core.errors import NotAllowed
from apps.core.http import Request, paginate, render_page
from apps.enrolments.pages import days_in_words, points_page
from apps.enrolments.selectors import days_with_points, terms_of_cover
from apps.enrolments.services import do_task
from apps.enrolments.views.common import family_cover, language, plan_name
from apps.members.permissions import check_may_act


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def points(request: Request, pk: int) -> HttpResponse:
    """What can be done today, and what came of it; a tick needs no JavaScript."""
    now = clock.now()
    found = family_cover(request, pk, purpose="points", now=now)
    check_may_act(user=request.user, person=found.person, now=now)
    terms = terms_of_cover(found).points
    if terms is None:
        raise NotAllowed
    if request.method == "POST":
        do_task(cover_id=pk, task=request.POST.get("task", ""), actor=request.user, now=now)
        if not request.htmx:
            return redirect("enrolments:points", pk)
    page = paginate(days_with_points(found), request)
    context = {
        "cover": found,
        "plan_name": plan_name(found),
        "points": points_page(found, terms, language(), business_day(now)),
        "page": page,
        "days": days_in_words(page, terms, language()),
    }
    return render_page(request, "enrolments/points.html", context)
