"""One referral, and one step of it."""

from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from apps.core.clock import now
from apps.core.errors import DomainError, NotAllowed
from apps.core.http import Request, add_error, render_page
from apps.members.permissions import check_may_read
from apps.referrals import selectors, services
from apps.referrals.forms import StepForm
from apps.referrals.models import Referral
from apps.referrals.permissions import is_staff_side, roles_of
from apps.referrals.rules.machine import any_step, step, steps_for, words_of
from apps.referrals.rules.words import Event, State


def _readable(request: Request, referral_id: int) -> Referral:
    referral = selectors.referral_by_id(referral_id)
    check_may_read(user=request.user, person_id=referral.person_id, purpose="referral", now=now())
    return referral


@require_GET
@login_required
def referral(request: Request, referral_id: int) -> HttpResponse:
    found, at = _readable(request, referral_id), now()
    roles = roles_of(user=request.user, referral=found, now=at)
    if not roles:
        raise NotAllowed
    context = {
        "referral": found,
        "is_staff_side": is_staff_side(roles),
        "is_late": found.is_late(at),
        "steps": selectors.steps_of(found, for_staff=is_staff_side(roles)),
        "letter": selectors.letter_of(found),
        "actions": [(row, words_of(row)) for row in steps_for(State(found.state), roles)],
        "is_mine": found.owner in roles,
        "key": uuid4(),
    }
    return render_page(request, "referrals/referral.html", context)


@login_required
def act(request: Request, referral_id: int, event: str) -> HttpResponse:
    found, at = _readable(request, referral_id), now()
    if event not in set(Event):
        raise NotAllowed
    if request.method == "POST" and selectors.is_written(referral_id, request.POST.get("key", "")):
        return redirect("referrals:referral", referral_id)
    row = step(State(found.state), Event(event)) or any_step(Event(event))
    form = StepForm(request.POST or None, referral=found, found=row, now=at)
    if request.method == "POST" and form.is_valid():
        key = form.cleaned_data["key"]
        try:
            services.advance(
                referral_id=referral_id, event=event, actor=request.user, payload=form.payload(), key=key, now=at
            )
        except NotAllowed:
            raise
        except DomainError as error:
            add_error(form, error)
        else:
            messages.success(request, _("Done."))
            return redirect("referrals:referral", referral_id)
    context = {"referral": found, "form": form, "words": words_of(row), "event": row.event.value}
    return render_page(request, "referrals/act.html", context)
