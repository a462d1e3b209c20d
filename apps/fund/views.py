"""The books as pages and sheets: trial balance, statements, one entry; corrections that two persons agree on."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.permissions import role_required
from apps.core.clock import business_day, now
from apps.core.errors import DomainError
from apps.core.http import Request, add_error, paginate, render_page, say
from apps.fund import selectors, services, sheets, words
from apps.fund.forms import CorrectionForm, ScopeForm
from apps.fund.models import Account, Correction, Entry
from apps.fund.permissions import AGREERS, CORRECTORS, READERS
from apps.fund.rules.postings import BY_HAND

PRINTED = 1000  # rows of a page to be printed


def _scope_form(request: Request, *, with_plans: bool) -> ScopeForm:
    plans = sorted(words.plan_names(selectors.plans_in_books()).items()) if with_plans else []
    return ScopeForm(request.GET or None, plans=plans)


def _trial(scope: selectors.Scope) -> selectors.TrialBalance:
    trial = selectors.trial_balance(scope)
    words.name_accounts(row.account for row in trial.rows)
    return trial


@require_safe
@role_required(*READERS)
def accounts(request: Request) -> HttpResponse:
    form = _scope_form(request, with_plans=True)
    context = {
        "form": form,
        "scope": form.scope,
        "trial": _trial(form.scope),
        "closed_through": selectors.closed_through(),
        "standing": selectors.transit(today=business_day(now())),
        "corrections": selectors.open_corrections(),
        "is_frozen": selectors.is_frozen(),
    }
    return render_page(request, "fund/accounts.html", context)


@require_safe
@role_required(*READERS)
def trial_csv(request: Request) -> HttpResponseBase:
    scope = _scope_form(request, with_plans=True).scope
    return sheets.trial_sheet(_trial(scope), scope)


@require_safe
@role_required(*READERS)
def journal_csv(request: Request) -> HttpResponseBase:
    return sheets.journal_sheet(_scope_form(request, with_plans=True).scope)


@require_safe
@role_required(*READERS)
def account(request: Request, code: str) -> HttpResponse:
    found = get_object_or_404(Account, code=code)
    words.name_accounts([found])
    form = _scope_form(request, with_plans=False)
    is_printed = "print" in request.GET
    page = paginate(selectors.lines_of_account(found, form.scope), request, PRINTED if is_printed else 20)
    rows = selectors.with_balances(found, list(page))
    context = {
        "account": found,
        "form": form,
        "scope": form.scope,
        "page": page,
        "rows": rows,
        "is_printed": is_printed,
    }
    return render_page(request, "fund/account.html", context)


@require_safe
@role_required(*READERS)
def statement_csv(request: Request, code: str) -> HttpResponseBase:
    return sheets.statement_sheet(get_object_or_404(Account, code=code), _scope_form(request, with_plans=False).scope)


@require_safe
@role_required(*READERS)
def entry(request: Request, pk: int) -> HttpResponse:
    entries = Entry.objects.select_related("reverses", "reversed_by", "link")
    found = get_object_or_404(entries.prefetch_related("lines__account", "corrections__asked_by"), pk=pk)
    asked = [one for one in found.corrections.all() if one.state != Correction.State.REFUSED]
    is_open = found.kind in BY_HAND and not asked and not hasattr(found, "reversed_by")
    _name_lines(found)
    context = {
        "entry": found,
        "comes_from": words.source_name(found.source),
        "asked": asked,
        "may_ask": is_open and request.user.has_role(*CORRECTORS),
    }
    return render_page(request, "fund/entry.html", context)


def _name_lines(found: Entry) -> None:
    words.name_accounts(line.account for line in found.lines.all())


@require_http_methods(["GET", "POST"])
@role_required(*CORRECTORS)
def ask_correction(request: Request, pk: int) -> HttpResponse:
    found = get_object_or_404(Entry.objects.prefetch_related("lines__account"), pk=pk)
    _name_lines(found)
    form = CorrectionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.ask_correction(entry_id=pk, actor=request.user, now=now(), **form.cleaned_data)
            messages.success(request, _("A second person has to agree now."))
            return redirect("fund:entry", pk)
        except DomainError as error:
            add_error(form, error)
    return render(request, "fund/ask_correction.html", {"form": form, "entry": found})


@require_http_methods(["GET", "POST"])
@role_required(*AGREERS)
def correction(request: Request, pk: int) -> HttpResponse:
    rows = Correction.objects.select_related("entry", "mirror", "asked_by", "decided_by")
    asked = get_object_or_404(rows.prefetch_related("entry__lines__account"), pk=pk)
    _name_lines(asked.entry)
    problem = ""
    if request.method == "POST":
        try:
            agrees = "agree" in request.POST
            services.decide_correction(correction_id=pk, actor=request.user, agrees=agrees, now=now())
            return redirect("fund:entry", asked.entry_id)
        except DomainError as error:
            problem = say(error)
    context = {"asked": asked, "entry": asked.entry, "problem": problem, "is_own": asked.asked_by == request.user}
    return render(request, "fund/correction.html", context, status=409 if problem else 200)
