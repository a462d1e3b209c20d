"""The claims officer's queue and the review of one claim."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.accounts.models import Role
from apps.accounts.permissions import role_required
from apps.claims import explanation
from apps.claims.forms import ReviewForm
from apps.claims.models import Claim
from apps.claims.permissions import CLAIM
from apps.claims.rules.states import Outcome, State
from apps.claims.rules.texts import HOLDS
from apps.claims.selectors import claim_in_full, queue, queue_counts, waiting_count
from apps.claims.services.deciding import preview
from apps.claims.services.review import review_claim, take_claim
from apps.claims.views.bills import explained
from apps.core import clock
from apps.core.errors import DomainError
from apps.core.http import Request, add_error, paginate, render_page
from apps.members.permissions import check_may_read

officers_only = role_required(Role.CLAIMS_OFFICER)


@officers_only
def waiting(request: Request) -> HttpResponse:
    """What waits for a person, oldest first; no medical detail here."""
    chosen = request.GET.get("reason", "")
    page = paginate(queue(chosen if chosen in HOLDS else ""), request)
    counts = queue_counts()
    context = {
        "page": page,
        "rows": [(claim, explanation.plan_name(claim), explanation.hold_texts(claim)) for claim in page],
        "filters": [(code, explanation.hold_label(code), counts[code]) for code in HOLDS if code in counts],
        "chosen": chosen,
        "total": waiting_count(),
        "now": clock.now(),
    }
    return render_page(request, "claims/queue.html", context)


@officers_only
@require_POST
def take(request: Request, claim_id: int) -> HttpResponse:
    take_claim(claim_id=claim_id, actor=request.user, now=clock.now())
    return redirect("claims:review", claim_id)


@officers_only
def review(request: Request, claim_id: int) -> HttpResponse:
    """The claim with its papers, for the officer who took it; others may take it over."""
    claim, now = claim_in_full(claim_id), clock.now()
    if claim.state == State.REVIEW and claim.taken_by_id != request.user.pk:
        return render_page(request, "claims/take.html", {"claim": claim, "reasons": explanation.hold_texts(claim)})
    if claim.state != State.REVIEW:
        return render_page(request, "claims/reviewed.html", {"claim": claim, "plan": explanation.plan_name(claim)})
    check_may_read(user=request.user, person_id=claim.bill.person_id, purpose=CLAIM, now=now)
    form = ReviewForm(request.POST or None, claim=claim)
    if request.method == "POST" and form.is_valid() and _decided(request, claim, form):
        messages.success(request, _("The claim is decided; the family has been told."))
        return redirect("claims:queue")
    context = explained(claim.bill, explanation.shown_claims(claim.bill, now=now)) | _seen(claim)
    return render_page(request, "claims/review.html", context | {"claim": claim, "form": form})


def _decided(request: Request, claim: Claim, form: ReviewForm) -> bool:
    data = form.cleaned_data
    try:
        review_claim(
            claim_id=claim.pk,
            actor=request.user,
            outcome=Outcome(data["outcome"]),
            reason=data["reason"],
            reductions=data["reductions"],
            diagnosis=data.get("diagnosis", ""),
            now=clock.now(),
        )
    except DomainError as error:
        add_error(form, error)
        return False
    return True


def _seen(claim: Claim) -> dict[str, Any]:
    """What the engine would answer, beside the reasons why it was not asked."""
    answer = preview(claim)
    return {
        "plan": explanation.plan_name(claim),
        "reasons": explanation.hold_texts(claim),
        "preview_fen": answer.paid_fen,
        "benefits": explanation.preview_benefits(claim, answer),
        "refused": explanation.preview_refused(claim, answer),
    }
