"""What the treasurer does for the council's grants: keep the payees' accounts, pay again what did not arrive."""

from __future__ import annotations

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.permissions import role_required
from apps.core.clock import now
from apps.core.errors import DomainError
from apps.core.http import Request, add_error, paginate, render_page
from apps.directory.models import Organisation
from apps.governance import selectors, services
from apps.governance.forms import AccountForm
from apps.governance.models import Line
from apps.governance.permissions import ACCOUNT_KEEPERS
from apps.governance.views.reading import posted
from apps.payments.services import name_payee_account


@role_required(*ACCOUNT_KEEPERS)
@require_safe
def payees(request: Request) -> HttpResponse:
    page = paginate(Organisation.objects.order_by("kind", "code"), request)
    accounts = selectors.payee_accounts(organisation.pk for organisation in page)
    rows = [(organisation, accounts.get(organisation.pk)) for organisation in page]
    return render_page(request, "governance/payees.html", {"page": page, "rows": rows, "now": now()})


@role_required(*ACCOUNT_KEEPERS)
@require_http_methods(["GET", "POST"])
def name_account(request: Request, pk: int) -> HttpResponse:
    organisation = get_object_or_404(Organisation, pk=pk)
    form = AccountForm(posted(request), initial={"holder_name": str(organisation)})
    if request.method == "POST" and form.is_valid():
        try:
            owner = (selectors.PAYEE, organisation.pk)
            name_payee_account(owner=owner, actor=request.user, now=now(), **form.cleaned_data)
            messages.success(request, gettext("The account is on file."))
            return redirect("governance:payees")
        except DomainError as error:
            add_error(form, error)
    known = selectors.payee_accounts([pk]).get(pk)
    return render(request, "governance/account.html", {"form": form, "organisation": organisation, "known": known})


@role_required(*ACCOUNT_KEEPERS)
@require_http_methods(["GET", "POST"])
def pay_again(request: Request, pk: int) -> HttpResponse:
    """A grant whose payment failed or came back; asks once more before it happens."""
    line = get_object_or_404(Line.objects.select_related("resolution", "payee"), pk=pk)
    form = Form(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            services.pay_grant_again(line_id=pk, actor=request.user, now=now())
            messages.success(request, gettext("The bank is asked to pay it again."))
            return redirect("governance:resolution", line.resolution_id)
        except DomainError as error:
            add_error(form, error)
    known = selectors.payee_accounts([line.payee_id]).get(line.payee_id)
    return render(request, "governance/pay_again.html", {"form": form, "line": line, "known": known})
