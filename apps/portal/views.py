"""Pages that join the apps: front page, home by role, the public fund page, events."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from apps.accounts.models import Role
from apps.accounts.permissions import role_required
from apps.core.http import Request, paginate, render_page
from apps.portal import selectors


def front(request: HttpRequest) -> HttpResponse:
    """What the fund is, for a visitor; someone signed in goes home."""
    if request.user.is_authenticated:
        return redirect("portal:home")
    return render_page(request, "portal/front.html")


@login_required
def home(request: Request) -> HttpResponse:
    return render_page(request, "portal/home.html")


def fund(request: HttpRequest) -> HttpResponse:
    return render_page(request, "portal/fund.html")


@role_required(Role.AUDITOR, Role.ADMINISTRATOR)
def events(request: Request) -> HttpResponse:
    return render_page(request, "portal/events.html", {"page": paginate(selectors.events(), request, size=50)})
