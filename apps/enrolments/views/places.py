"""A place offered by a group, as the member meets it: what it is, who pays, yes or no."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.core import clock
from apps.core.clock import business_day
from apps.core.errors import NotAllowed
from apps.core.http import Request, render_page, say
from apps.enrolments.errors import ConsentsMissing, PlaceChanged, PlaceGone, PlaceTooLate, SecondCover
from apps.enrolments.models import Place
from apps.enrolments.services import accept_place, refuse_place
from apps.members.permissions import check_is_family
from apps.plans.selectors import terms_of, version_in_force
from apps.plans.words import plan_words


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def place(request: Request, pk: int) -> HttpResponse:
    """The offer and the member's answer."""
    now = clock.now()
    found = Place.objects.select_related("person", "agreement__organisation", "cover").filter(pk=pk).first()
    if found is None:
        raise NotAllowed
    check_is_family(user=request.user, person_id=found.person_id, purpose="cover", now=now)
    if request.method == "POST":
        return _answer(request, found)
    if found.cover_id:
        return redirect("enrolments:cover", found.cover_id)
    terms = terms_of(version_in_force(found.agreement.plan_code, found.start))
    context = {
        "place": found,
        "plan": plan_words(terms, get_language() or "en"),
        "is_open": found.state == Place.State.OFFERED and found.answer_by >= business_day(now),
    }
    return render_page(request, "enrolments/place.html", context)


def _answer(request: Request, found: Place) -> HttpResponse:
    here = reverse("enrolments:place", args=[found.pk])
    try:
        if request.POST.get("answer") == "no":
            refuse_place(place_id=found.pk, actor=request.user, now=clock.now())
            messages.success(request, _("You have said no. Nothing was signed and nothing is to be paid."))
            return redirect("portal:home")
        taken = accept_place(place_id=found.pk, actor=request.user, now=clock.now())
    except ConsentsMissing:
        query = urlencode({"next": here})
        return redirect(f"{reverse('members:consents', args=[found.person_id])}?{query}")
    except (PlaceGone, PlaceTooLate, PlaceChanged, SecondCover) as error:
        messages.warning(request, say(error))
        return redirect(here)
    return redirect("enrolments:cover", taken.cover_id)
