"""Money out, for treasurer and auditor: the desk, the orders, one order and what may be proposed about it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.models import Role
from apps.accounts.permissions import role_required
from apps.core.clock import now
from apps.core.errors import DomainError
from apps.core.http import Request, add_error, paginate, render_page, say
from apps.fund.selectors import entries_of
from apps.payments import selectors, services, worklist
from apps.payments.forms import OrderForm
from apps.payments.models import STATES, Order, Proposal
from apps.payments.permissions import PROPOSERS, READERS
from apps.payments.rules.states import State
from apps.payments.what_for import what_for

Kind = Proposal.Kind


@require_safe
@role_required(*READERS)
def desk(request: Request) -> HttpResponse:
    at = now()
    context = {"desk": worklist.desk(at), "is_treasurer": request.user.has_role(*PROPOSERS)}
    return render_page(request, "payments/desk.html", context)


@require_safe
@role_required(*READERS)
def orders(request: Request) -> HttpResponse:
    chosen = request.GET.get("state", "")
    counts = selectors.counts_by_state()
    context = {
        "page": paginate(selectors.orders(chosen), request),
        "chosen": chosen,
        "filters": [(state, name, counts[state]) for state, name in STATES],
        "total": sum(counts.values()),
        "differences": selectors.differences().count(),
    }
    return render_page(request, "payments/orders.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*READERS)
def order(request: Request, pk: int) -> HttpResponse:
    found = get_object_or_404(Order.objects.select_related("payee_account", "batch", "rest_of"), pk=pk)
    form = _order_form(request, found)
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            proposal = services.propose_for_order(
                kind=form.cleaned_data["kind"],
                order_id=found.pk,
                actor=request.user,
                key=form.cleaned_data["key"],
                reason=form.cleaned_data["reason"],
                account_id=form.cleaned_data["account"],
                now=now(),
            )
            messages.success(request, _("It waits for a second person now."))
            return redirect("payments:proposal", proposal.pk)
        except DomainError as error:
            add_error(form, error)
    context = {
        "order": found,
        "what_for": what_for(found),
        "task": worklist.order_task(found),
        "form": form,
        "current": selectors.payee_account_of(found.payee_account.owner_label, found.payee_account.owner_id),
        "proposals": found.proposals.select_related("proposed_by", "decided_by").order_by("-id"),
        "rests": found.rests.order_by("id"),
        "arrived_fen": selectors.arrived_fen(found),
        "may_pay_again": request.user.has_role(*PROPOSERS) and selectors.rests_to_pay_again().filter(pk=pk).exists(),
        "may_ask": found.state == State.UNKNOWN and found.batch_id is None and request.user.has_role(Role.TREASURER),
        "events": found.events.order_by("-id"),
        "entries": entries_of("payments.order", found.pk),
        "lines": found.statement_lines.order_by("number"),
    }
    return render_page(request, "payments/order.html", context)


def _order_form(request: Request, found: Order) -> OrderForm | None:
    """What a treasurer may propose in the order's state; nothing where it goes on by itself."""
    if found.state == State.HELD:
        kinds = [Kind.RELEASE] if found.rest_of_id else [Kind.RELEASE, Kind.DECLINE]
    elif found.may_be_given_up:
        kinds = [Kind.NOT_PAID]
    else:
        return None
    if not request.user.has_role(*PROPOSERS):
        return None
    account = selectors.payee_account_of(found.payee_account.owner_label, found.payee_account.owner_id)
    initial = {"account": account.pk if account else None, "kind": kinds[0]}
    sent = request.POST if request.method == "POST" else None
    return OrderForm(sent, kinds=[(kind.value, str(kind.label)) for kind in kinds], initial=initial)


@require_POST
@role_required(*PROPOSERS)
def ask(request: Request, pk: int) -> HttpResponse:
    """Ask the bank about an unknown payment at once."""
    found = get_object_or_404(Order, pk=pk)
    services.ask_again(order_id=found.pk, actor=request.user, now=now())
    messages.success(request, _("The bank is being asked. Look again in a moment."))
    return redirect(found.get_absolute_url())


@require_POST
@role_required(*PROPOSERS)
def pay_again(request: Request, pk: int) -> HttpResponse:
    """Ask once more for what the bank paid too little, after that failed or came back."""
    found = get_object_or_404(Order, pk=pk)
    try:
        again = services.pay_rest_again(order_id=found.pk, actor=request.user, now=now())
        messages.success(request, _("It is asked for again. A large payment waits for its release by two people."))
        return redirect(again)
    except DomainError as error:
        messages.error(request, say(error))
        return redirect(found)
