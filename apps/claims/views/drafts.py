"""What the pages of the filing form share: the draft of the address, kept even when the session has ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from apps.accounts.models import User
from apps.claims.forms.typed import typed
from apps.claims.models import Bill, ClaimDraft
from apps.claims.selectors import contents, draft_of
from apps.claims.services.drafts import save_section, takes_late_posts
from apps.core import clock
from apps.core.clock import business_day
from apps.core.http import Request, say
from apps.documents.services import hold_uploads
from apps.members.models import Person
from apps.members.selectors import person_of


@dataclass
class Filling:
    """A form being filled in: its draft, what it holds, for whom, and what its files met with just now."""

    draft: ClaimDraft
    contents: dict[str, Any]
    person: Person
    now: datetime
    file_errors: list[str]

    @property
    def key(self) -> UUID:
        return self.draft.key

    @property
    def today(self) -> Any:
        return business_day(self.now)


Page = Callable[[Request, Filling], HttpResponse]


def draft_page(section: str = "") -> Callable[[Page], Callable[..., HttpResponse]]:
    """A page of the form: what is posted to it is kept before anything is judged, whoever's session has ended."""

    def decorate(page: Page) -> Callable[..., HttpResponse]:
        @wraps(page)
        def opened(request: Request, key: UUID) -> HttpResponse:
            now = clock.now()
            if not request.user.is_authenticated:
                return _signed_out(request, key, section, now)
            draft = draft_of(user=request.user, key=key)
            if draft.sent_at is not None:
                messages.info(request, _("This claim was sent already. Here is what became of it."))
                return redirect("claims:bill", Bill.objects.get(key=key).number)
            filling = _fill(request, draft, section, now)
            return page(request, filling)

        return opened

    return decorate


def _fill(request: Request, draft: ClaimDraft, section: str, now: datetime) -> Filling:
    """Keep what was posted, then show what the draft holds."""
    errors: list[str] = []
    if request.method == "POST" and section:
        draft, errors = _keep(request, draft, request.user, section, now)
    data = contents(draft)
    return Filling(draft, data, person_of(request.user, data["person"]), now, errors)


def _keep(
    request: HttpRequest, draft: ClaimDraft, owner: User, section: str, now: datetime
) -> tuple[ClaimDraft, list[str]]:
    draft = save_section(key=draft.key, section=section, values=typed(section, request.POST), now=now) or draft
    files = request.FILES.getlist("papers")
    if not files:
        return draft, []
    _, refusals = hold_uploads(files=files, form_key=draft.key, held_by=owner, now=now)
    return draft, [say(refusal) for refusal in refusals]


def _signed_out(request: Request, key: UUID, section: str, now: datetime) -> HttpResponse:
    """Whoever was signed out while typing signs in again and finds all of it."""
    if request.method == "POST" and section:
        draft = ClaimDraft.objects.select_related("owner").filter(key=key).first()
        if draft is not None and takes_late_posts(draft, now=now):
            _keep(request, draft, draft.owner, section, now)
            messages.info(request, _("You were signed out while you typed. Sign in again: everything is kept."))
    answer = redirect_to_login(request.path)
    return HttpResponseClientRedirect(answer.url) if request.htmx else answer
