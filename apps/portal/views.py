"""Pages that join the apps: front page, home by role, the public fund page, events."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from apps.accounts.models import Role
from apps.accounts.permissions import role_required
from apps.core import clock
from apps.core.http import Request, paginate, render_page
from apps.enrolments.selectors import offers_to
from apps.members.permissions import check_may_read
from apps.portal import selectors
from apps.portal.family import family_of
from apps.portal.public import public_page
from apps.portal.work import work_of


def front(request: HttpRequest) -> HttpResponse:
    """What the fund is, for a visitor; someone signed in goes home."""
    if request.user.is_authenticated:
        return redirect("portal:home")
    return render_page(request, "portal/front.html")


@login_required
def home(request: Request) -> HttpResponse:
    """Work first, then the family, then what the family has asked for."""
    at = clock.now()
    people = family_of(request.user, today=clock.business_day(at))
    context = {
        "work": work_of(request.user, now=at),
        "people": people,
        "offers": offers_to(request.user, on=clock.business_day(at)),
        "has_next": any(card.is_next for card in people),
        "can_claim": any(card.covers for card in people),
        "claims": selectors.newest_claims(request.user, now=at) if people else [],
    }
    return render_page(request, "portal/home.html", context)


@login_required
def person(request: Request, person_id: int) -> HttpResponse:
    """Everything that happened to a person, for those who may read it."""
    at = clock.now()
    check_may_read(user=request.user, person_id=person_id, purpose="timeline", now=at)
    page = selectors.timeline(person_id)
    return render_page(request, "portal/person.html", {"shown": page, "entries": paginate(page.entries, request)})


def fund(request: HttpRequest) -> HttpResponse:
    """The books, open to everyone."""
    return render_page(request, "portal/fund.html", public_page(today=clock.business_day(clock.now())))


@role_required(Role.AUDITOR, Role.ADMINISTRATOR)
def events(request: Request) -> HttpResponse:
    return render_page(request, "portal/events.html", {"page": paginate(selectors.events(), request, size=50)})
