"""The books as pages: trial balance, statement of an account, one entry.  Nobody changes anything here."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from apps.accounts.models import Role
from apps.accounts.permissions import role_required
from apps.core.http import Request, paginate, render_page
from apps.fund import selectors
from apps.fund.models import Account, Entry

READERS = (Role.TREASURER, Role.AUDITOR)


@require_safe
@role_required(*READERS)
def accounts(request: Request) -> HttpResponse:
    context = {"trial": selectors.trial_balance(), "closed_through": selectors.closed_through()}
    return render_page(request, "fund/accounts.html", context)


@require_safe
@role_required(*READERS)
def account(request: Request, code: str) -> HttpResponse:
    found = get_object_or_404(Account, code=code)
    page = paginate(selectors.lines_of_account(found), request)
    rows = selectors.with_balances(found, list(page))
    return render_page(request, "fund/account.html", {"account": found, "page": page, "rows": rows})


@require_safe
@role_required(*READERS)
def entry(request: Request, pk: int) -> HttpResponse:
    entries = Entry.objects.select_related("reverses", "reversed_by", "link").prefetch_related("lines__account")
    return render_page(request, "fund/entry.html", {"entry": get_object_or_404(entries, pk=pk)})
