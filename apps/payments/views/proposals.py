"""What waits for a second person, where that person decides, and the limits two people set."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.permissions import role_required
from apps.core.clock import now
from apps.core.errors import N_, DomainError
from apps.core.http import Request, add_error, paginate, render_page, say
from apps.fund.words import account_name
from apps.payments import selectors, services
from apps.payments.forms import LimitsForm
from apps.payments.models import Proposal
from apps.payments.permissions import CONFIRMERS, PROPOSERS, READERS, can_confirm
from apps.payments.what_for import what_for

SEERS = tuple(dict.fromkeys((*READERS, *CONFIRMERS)))
ACTS = {"confirm": services.confirm, "refuse": services.refuse, "take-back": services.take_back}

SAID = {
    "accepted": N_("Confirmed: it is done."),
    "refused": N_("Not confirmed: nothing was done."),
    "void": N_("Taken back: nothing was done."),
}


@require_safe
@role_required(*SEERS)
def proposals(request: Request) -> HttpResponse:
    context = {
        "page": paginate(selectors.open_proposals(), request),
        "decided": selectors.proposals().exclude(outcome="open").order_by("-decided_at", "-id")[:10],
    }
    return render_page(request, "payments/proposals.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*READERS)
def limits(request: Request) -> HttpResponse:
    """The limits in force, what was proposed before, and a treasurer's proposal of others."""
    in_force = selectors.limits_in_force()
    form, waiting = None, selectors.proposed_limits().filter(outcome="open").first()
    if request.user.has_role(*PROPOSERS) and (waiting is None or request.method == "POST"):
        form = LimitsForm(request.POST or None, in_force=in_force)
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            made = services.propose_limits(
                limits=form.limits(),
                actor=request.user,
                key=form.cleaned_data["key"],
                reason=form.cleaned_data["reason"],
                now=now(),
            )
            messages.success(request, _("It waits for a second person now."))
            return redirect("payments:proposal", made.pk)
        except DomainError as error:
            add_error(form, error)
    context = {
        "in_force": in_force,
        "sent_today_fen": selectors.sent_today_fen(),
        "form": form,
        "waiting": waiting,
        "page": paginate(selectors.proposed_limits(), request),
    }
    return render_page(request, "payments/limits.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*SEERS)
def proposal(request: Request, pk: int) -> HttpResponse:
    found = get_object_or_404(selectors.proposals(), pk=pk)
    act = ACTS.get(request.POST.get("act", ""))
    if request.method == "POST" and act is not None:
        try:
            done = act(proposal_id=found.pk, actor=request.user, now=now())
            messages.success(request, _(SAID[done.outcome]))
            return redirect("payments:proposals")
        except DomainError as error:
            messages.error(request, say(error))
            return redirect("payments:proposal", found.pk)
    order = found.order or (found.line.order if found.line else None)
    context = {
        "proposal": found,
        "order": order,
        "what_for": what_for(order) if order else "",
        "account_name": account_name(found.account) if found.account else "",
        "can_confirm": can_confirm(actor=request.user, proposal=found),
        "is_own": found.is_open and found.proposed_by_id == request.user.pk,
        "is_reader": request.user.has_role(*READERS),
        "in_force": selectors.limits_in_force() if found.is_open and found.kind == Proposal.Kind.LIMITS else None,
    }
    return render_page(request, "payments/proposal.html", context)
