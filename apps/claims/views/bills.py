"""What the family sees of its bills: the list, one bill explained, its papers, the same for paper."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from apps.claims import explanation
from apps.claims.forms import AccountForm
from apps.claims.models import Bill
from apps.claims.paper import explanation_pdf
from apps.claims.permissions import CLAIM
from apps.claims.rules import texts
from apps.claims.selectors import bill_by_number, bill_of, bills_of, open_drafts
from apps.claims.services.accounts import current_account, name_account
from apps.claims.services.payouts import pay_again
from apps.core import clock
from apps.core.http import Request, paginate, render_page
from apps.core.paper import find_font
from apps.documents.selectors import stream
from apps.members.permissions import check_may_read


@login_required
def mine(request: Request) -> HttpResponse:
    now = clock.now()
    page = paginate(bills_of(request.user), request)
    shown = [(bill, explanation.shown_claims(bill, now=now), _(texts.KINDS[bill.kind])) for bill in page]
    has_begun = open_drafts(request.user).exists()
    return render_page(request, "claims/mine.html", {"page": page, "shown": shown, "has_begun": has_begun})


@login_required
def bill(request: Request, number: str) -> HttpResponse:
    return render_page(request, "claims/bill.html", _explained(request, number))


@login_required
def printed(request: Request, number: str) -> HttpResponse:
    """The explanation as it goes on paper."""
    return render_page(
        request, "claims/explanation.html", _explained(request, number) | {"has_pdf": find_font() is not None}
    )


@login_required
def pdf(request: Request, number: str) -> HttpResponse:
    """The same as a file to keep or to send on."""
    shown = _explained(request, number)
    if find_font() is None:
        return redirect("claims:explanation", number)
    headers = {
        "Content-Disposition": f'attachment; filename="explanation-{shown["bill"].number}.pdf"',
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(explanation_pdf(shown), content_type="application/pdf", headers=headers)


def _explained(request: Request, number: str) -> dict[str, Any]:
    now = clock.now()
    bill = bill_of(user=request.user, number=number, now=now)
    return explained(bill, explanation.shown_claims(bill, now=now)) | {"now": now}


def explained(bill: Bill, claims: list[explanation.ShownClaim]) -> dict[str, Any]:
    """What every page about one bill shows."""
    return {
        "bill": bill,
        "kind": _(texts.KINDS[bill.kind]),
        "event": _(texts.EVENTS[bill.event]) if bill.event else "",
        "diagnosis": explanation.diagnosis_text(bill.diagnosis, bill.diagnosis_words),
        "claims": claims,
        "paid_fen": sum(shown.claim.paid_fen for shown in claims),
        "layers": explanation.shown_waterfall(bill, claims),
        "beside_fen": explanation.beside_the_bill(claims),
        "is_open": any(shown.decision is None for shown in claims),
        "failed": [shown for shown in claims if shown.paid.is_failed],
    }


@login_required
def document(request: Request, number: str, document_id: int) -> HttpResponseBase:
    """One paper of a bill; each read is logged with the rule that allowed it."""
    bill = bill_by_number(number)
    check_may_read(user=request.user, person_id=bill.person_id, purpose=CLAIM, now=clock.now())
    return stream(get_object_or_404(bill.documents, pk=document_id), is_inline=True)


@login_required
def payment(request: Request, number: str) -> HttpResponse:
    """After a failed payment: confirm or change the account and have it paid again."""
    now = clock.now()
    bill = bill_of(user=request.user, number=number, now=now)
    failed = [shown.claim.pk for shown in explanation.shown_claims(bill, now=now) if shown.paid.is_failed]
    if not failed:
        return redirect("claims:bill", number)
    form = AccountForm(request.POST or None, current=current_account(request.user), initial={"account": "new"})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if form.is_new:
            parts = {name: data[name] for name in ("holder_name", "bank", "number", "key")}
            name_account(actor=request.user, now=now, **parts)
        for claim_id in failed:
            pay_again(claim_id=claim_id, actor=request.user, now=now)
        messages.success(request, _("Thank you. The payment is sent again as soon as the account can be used."))
        return redirect("claims:bill", number)
    return render_page(request, "claims/payment.html", {"form": form, "bill": bill})
