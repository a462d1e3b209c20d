"""What does not fit: the worklist, and one line of the statement with what may explain it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.permissions import role_required
from apps.core.clock import business_day, now
from apps.core.display import day_text, yuan_text
from apps.core.errors import DomainError
from apps.core.http import Request, add_error, paginate, render_page
from apps.fund.rules.chart import rule_of
from apps.fund.selectors import entries_of
from apps.payments import services, worklist
from apps.payments.forms import LineForm
from apps.payments.models import LineState, Order, Proposal, StatementLine
from apps.payments.permissions import PROPOSERS, READERS
from apps.payments.what_for import what_each_is_for
from apps.payments.worklist import Candidate

Kind = Proposal.Kind


@require_safe
@role_required(*READERS)
def differences(request: Request) -> HttpResponse:
    at = now()
    page = paginate(worklist.lines_to_explain(at), request)
    late = worklist.late_orders(at)[: worklist.SHOWN]
    arrivals = list(worklist.late_arrivals(at)[: worklist.SHOWN])
    context = {
        "page": page,
        "lines": [worklist.line_task(line) for line in page],
        "orders": [worklist.order_task(order) for order in late],
        "arrivals": list(zip(arrivals, what_each_is_for(arrivals), strict=True)),
    }
    return render_page(request, "payments/differences.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*READERS)
def line(request: Request, pk: int) -> HttpResponse:
    found = get_object_or_404(StatementLine.objects.select_related("order__payee_account", "checkout"), pk=pk)
    form = _line_form(request, found)
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            proposal = _propose(request, found, form)
            if proposal.is_open:
                messages.success(request, _("It waits for a second person now."))
                return redirect("payments:proposal", proposal.pk)
            messages.success(request, _("It is written down."))
            return redirect("payments:differences")
        except DomainError as error:
            add_error(form, error)
    context = {
        "line": found,
        "task": worklist.line_task(found),
        "form": form,
        "proposals": found.proposals.select_related("proposed_by", "decided_by").order_by("-id"),
        "entries": entries_of("payments.statementline", found.pk),
    }
    return render_page(request, "payments/line.html", context)


def _line_form(request: Request, found: StatementLine) -> LineForm | None:
    if found.state != LineState.QUARANTINE or not request.user.has_role(*PROPOSERS):
        return None
    choices = [(candidate.value, _said(candidate)) for candidate in worklist.candidates(found)]
    return LineForm(request.POST if request.method == "POST" else None, choices=choices)


def _said(candidate: Candidate) -> str:
    """A candidate in words."""
    order, checkout, other = candidate.order, candidate.checkout, candidate.line
    if order is not None:
        return _("Payment %(number)s, %(amount)s to %(name)s, asked for %(day)s") % {
            "number": order.pk,
            "amount": yuan_text(order.amount_fen),
            "name": order.payee_account.holder_name,
            "day": day_text(business_day(order.requested_at)),
        }
    if checkout is not None:
        return _("Money asked for on %(day)s, %(amount)s, number %(number)s") % {
            "day": day_text(business_day(checkout.created_at)),
            "amount": yuan_text(checkout.amount_fen),
            "number": checkout.pk,
        }
    if other is not None:
        return _("Line %(number)s of %(day)s turns it round: %(kind)s, %(amount)s") % {
            "number": other.shown_number,
            "day": day_text(other.bank_date),
            "kind": other.get_kind_display(),
            "amount": yuan_text(other.amount_fen),
        }
    if candidate.account:
        return _("None of ours: book it to “%(account)s”") % {"account": _(rule_of(candidate.account).name)}
    return _("No money moved: a note is enough")


def _propose(request: Request, found: StatementLine, form: LineForm) -> Proposal:
    kind, _colon, target = (form.cleaned_data["what"] or "").partition(":")
    given: dict[str, Any] = {"kind": {"note": Kind.NOTE, "book": Kind.BOOK}.get(kind)}
    if form.cleaned_data["number"]:
        order = Order.objects.filter(pk=form.cleaned_data["number"]).first()
        given = {"kind": Kind.MATCH_ORDER, "order_id": order.pk if order else None}
    elif kind == "order":
        given = {"kind": Kind.MATCH_ORDER, "order_id": int(target)}
    elif kind == "checkout":
        given = {"kind": Kind.MATCH_CHECKOUT, "checkout_id": int(target)}
    elif kind == "line":
        given = {"kind": Kind.PAIR, "other_line_id": int(target)}
    elif kind == "book":
        given["account"] = target
    return services.propose_for_line(
        line_id=found.pk,
        actor=request.user,
        key=form.cleaned_data["key"],
        reason=form.cleaned_data["reason"],
        now=now(),
        **given,
    )
