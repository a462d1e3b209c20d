"""For the treasurer: what payers that are neither family nor group have promised, and money of theirs that came in."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.accounts.models import Role
from apps.accounts.permissions import role_required
from apps.core import clock
from apps.core.errors import DomainError, NotAllowed
from apps.core.http import Request, add_error, paginate, render_page, say
from apps.enrolments.group_forms import AccountForm
from apps.enrolments.models import Contribution
from apps.enrolments.pages import Back, back_words
from apps.enrolments.selectors import going_back_to_others, promised_by_others, terms_of_cover
from apps.enrolments.services import expect_transfer, name_refund_account
from apps.enrolments.services.receiving import LABEL
from apps.enrolments.views.common import language
from apps.payments.selectors import checkouts_of
from apps.plans.words import in_language

SHOWN = 50


@role_required(Role.TREASURER)
@require_http_methods(["GET", "HEAD", "POST"])
def promised(request: Request) -> HttpResponse:
    """The contributions still to come; a button each makes one fit for a line of the statement."""
    if request.method == "POST":
        return _expect(request)
    page = paginate(promised_by_others(), request)
    asked = checkouts_of(LABEL, [row.pk for row in page])
    rows = [(row, _plan(row), any(one.bank_date is None for one in asked.get(row.pk, []))) for row in page]
    context = {"page": page, "rows": rows, "backs": _backs()}
    return render_page(request, "enrolments/promised.html", context)


def _backs() -> list[Back]:
    """What goes back to such payers, and how far it is; the oldest fifty."""
    refunds = list(going_back_to_others()[:SHOWN])
    return [back for one in refunds for back in back_words([one], has_account=one.has_account)]


@role_required(Role.TREASURER)
@require_http_methods(["GET", "HEAD", "POST"])
def refund_account(request: Request, pk: int) -> HttpResponse:
    """The account on which such a payer is paid back."""
    refund = going_back_to_others().filter(pk=pk).first()
    if refund is None:
        raise NotAllowed
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            name_refund_account(refund_id=pk, actor=request.user, now=clock.now(), **form.cleaned_data)
            messages.success(request, _("The account is on file."))
            return redirect("enrolments:promised")
        except DomainError as error:
            add_error(form, error)
    return render_page(request, "enrolments/refund_account.html", {"form": form, "refund": refund})


def _plan(row: Contribution) -> str:
    return in_language(terms_of_cover(row.cover).name, language())


def _expect(request: Request) -> HttpResponse:
    number = request.POST.get("contribution", "")
    try:
        expect_transfer(contribution_id=int(number) if number.isdecimal() else 0, actor=request.user, now=clock.now())
        done = _("Contribution %(number)s waits for its line now. Open “Lines to explain” and choose it there.")
        messages.success(request, done % {"number": number})
    except DomainError as error:
        messages.warning(request, say(error))
    return redirect("enrolments:promised")
