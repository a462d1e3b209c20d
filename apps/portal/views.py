"""Pages that join the apps: front page, home by role, the public fund page, events, frozen payments."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.models import Role
from apps.accounts.permissions import role_required
from apps.claims.forms.account import AccountForm
from apps.claims.services.accounts import current_account, name_account
from apps.core import clock
from apps.core.http import Request, paginate, render_page
from apps.enrolments.selectors import offers_to
from apps.fund.services import lift_freeze
from apps.members.permissions import check_may_read
from apps.portal import selectors
from apps.portal.family import family_of
from apps.portal.freeze import open_gap
from apps.portal.money import money_of
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
@require_safe
def money(request: Request) -> HttpResponse:
    """What the family paid, what it got, what is on the way and what is due next."""
    at = clock.now()
    year = request.GET.get("year", "")[:4]
    page = money_of(request.user, year=int(year) if year.isascii() and year.isdigit() else None, now=at)
    return render_page(request, "portal/money.html", {"shown": page})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: Request) -> HttpResponse:
    """The account on which the family is paid: claims, and contributions that come back."""
    current = current_account(request.user)
    is_posted = request.method == "POST"
    form = AccountForm(request.POST if is_posted else None, current=current)
    if is_posted and form.is_valid():
        if form.is_new:
            data = {name: form.cleaned_data[name] for name in ("holder_name", "bank", "number", "key")}
            named = name_account(actor=request.user, now=clock.now(), **data)
            messages.success(request, _("Payments go to the account ending in %(tail)s.") % {"tail": named.number_tail})
        return redirect("portal:money")
    return render_page(request, "portal/account.html", {"form": form})


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


@role_required(Role.TREASURER)
def frozen(request: Request) -> HttpResponse:
    """After a restore nothing is paid until the treasurer has explained what the bank did in between."""
    gap = open_gap()
    if gap is None:
        return redirect("payments:orders")
    if request.method == "POST" and gap.is_explained:
        lift_freeze(freeze_id=gap.freeze.pk, actor=request.user, now=clock.now())
        return redirect("payments:orders")
    return render_page(request, "portal/frozen.html", {"gap": gap}, status=409 if request.method == "POST" else 200)
