"""Refer from inside the follow-up: filled in by the alert, one consent, one button."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from apps.accounts.models import Role
from apps.accounts.permissions import role_required
from apps.care.models import FollowUp
from apps.care.permissions import check_cares_for
from apps.care.wording import referral_suggestion
from apps.core.clock import now
from apps.core.errors import DomainError
from apps.core.http import Request, add_error, render_page
from apps.directory.selectors import departments_of_hospitals
from apps.members.permissions import check_may_read
from apps.referrals import selectors
from apps.referrals.errors import AlreadyReferred
from apps.referrals.forms import NewReferralForm
from apps.referrals.rules.words import Priority
from apps.referrals.services import submit_referral


def _visit(request: Request, person_id: int) -> FollowUp | None:
    asked = request.GET.get("visit", "")
    rows = FollowUp.objects.filter(person_id=person_id)
    return rows.filter(pk=int(asked)).first() if asked.isdigit() else rows.order_by("-held_at").first()


def _initial(visit: FollowUp | None) -> dict[str, Any]:
    """Reason, department and urgency from the alerts of the visit."""
    suggestion = referral_suggestion(visit) if visit else None
    if suggestion is None:
        return {"priority": Priority.ROUTINE}
    departments = departments_of_hospitals().filter(code=suggestion.department_code)
    return {
        "priority": Priority.URGENT if suggestion.is_urgent else Priority.ROUTINE,
        "reason": suggestion.reason,
        "department": departments.order_by("pk").first(),
    }


@role_required(Role.FAMILY_DOCTOR)
def new(request: Request, person_id: int) -> HttpResponse:
    contract = check_cares_for(user=request.user, person_id=person_id)
    check_may_read(user=request.user, person_id=person_id, purpose="referral", now=now())
    visit = _visit(request, person_id)
    form = NewReferralForm(request.POST or None, initial=_initial(visit))
    if request.method == "POST" and form.is_valid():
        values = {**form.cleaned_data, "department_id": form.cleaned_data["department"].pk}
        del values["department"]
        follow_up_id = visit.pk if visit else None
        try:
            referral = submit_referral(
                actor=request.user, person_id=person_id, follow_up_id=follow_up_id, now=now(), **values
            )
        except AlreadyReferred as error:
            messages.info(request, _("There is an open referral already; here it is."))
            return redirect("referrals:referral", error.params["referral_id"])
        except DomainError as error:
            add_error(form, error)
        else:
            messages.success(request, _("The referral is sent."))
            return redirect("referrals:referral", referral.pk)
    context = {"person": contract.person, "form": form, "visit": visit, "open": selectors.open_referrals_of(person_id)}
    return render_page(request, "referrals/new.html", context)
