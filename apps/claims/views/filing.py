"""File a claim, step by step: who and what, the facts, the receipt, the account, a last look."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.claims import explanation
from apps.claims.errors import ConsentMissing, FilingRefused, NoDocuments
from apps.claims.forms import AccountForm, StartForm
from apps.claims.forms.typed import facts_form, filing_of, line_formset, receipt_form
from apps.claims.selectors import open_drafts
from apps.claims.services.accounts import current_account, name_account
from apps.claims.services.drafts import drop_draft, save_section, start_draft
from apps.claims.services.filing import submit_bill
from apps.claims.views.drafts import Filling, draft_page
from apps.core import clock
from apps.core.http import Request, add_error, render_page, say
from apps.documents.selectors import held_uploads
from apps.documents.services import drop_held
from apps.members.selectors import has_consent, people_of
from apps.payments.models import PayeeAccount

ADDED, NEXT = ("add-line", "remove-line-", "drop-file-", "keep"), "next"
STEP_OF_FIELD = {
    "service_date": "facts",
    "discharged": "facts",
    "event": "facts",
    "account": "account",
}


def new(request: Request) -> HttpResponse:
    """For whom and what; begun forms are offered again."""
    if not request.user.is_authenticated:
        chosen = {name: request.POST.get(name, "") for name in ("person", "kind") if request.method == "POST"}
        query = "&".join(f"{name}={value}" for name, value in chosen.items() if value.replace("-", "").isalnum())
        return redirect_to_login(f"{request.path}?{query}" if query else request.path)
    people = list(people_of(request.user))
    form = StartForm(request.POST or None, people=people, initial=request.GET.dict())
    if request.method == "POST" and form.is_valid():
        person = next(person for person in people if str(person.pk) == form.cleaned_data["person"])
        if has_consent(person.pk, "consent-claims"):
            data = form.cleaned_data
            draft = start_draft(
                owner=request.user, person_id=person.pk, kind=data["kind"], key=data["key"], now=clock.now()
            )
            return redirect("claims:facts", draft.key)
        form.add_error("person", say(ConsentMissing(person=person.name)))
    drafts = explanation.drafts_shown(open_drafts(request.user)[:5], {person.pk: person.name for person in people})
    return render_page(request, "claims/new.html", {"form": form, "drafts": drafts, "has_people": bool(people)})


def is_looked_at(request: Request) -> bool:
    """Whether faults are shown: after "next", or when a later step sent the person back."""
    return request.POST.get("action", "") == NEXT or (request.method == "GET" and "look" in request.GET)


@draft_page("facts")
def facts(request: Request, filling: Filling) -> HttpResponse:
    is_checked = is_looked_at(request)
    form = facts_form(filling.contents, person=filling.person, today=filling.today, is_checked=is_checked)
    if request.method == "POST" and form.is_valid():
        return redirect("claims:receipt", filling.key)
    return render_page(request, "claims/facts.html", {"form": form, "filling": filling})


@draft_page("receipt")
def receipt(request: Request, filling: Filling) -> HttpResponse:
    action, is_checked = request.POST.get("action", ""), is_looked_at(request)
    if action.startswith("drop-file-") and action.removeprefix("drop-file-").isdigit():
        held_id = int(action.removeprefix("drop-file-"))
        drop_held(held_id=held_id, form_key=filling.key, held_by=request.user)
    form, lines = _receipt_forms(filling, is_checked=is_checked)
    held = list(held_uploads(form_key=filling.key, held_by=request.user))
    if is_checked and not held and not filling.file_errors:
        add_error(form, NoDocuments())
    if action == NEXT and not filling.file_errors and form.is_valid() and lines.is_valid():
        return redirect("claims:account", filling.key)
    if action.startswith(ADDED) and not request.htmx and not filling.file_errors:
        return redirect(f"{reverse('claims:receipt', args=[filling.key])}#{_place_of(action)}")
    return render_page(
        request,
        "claims/receipt.html",
        {
            "form": form,
            "lines": lines,
            "held": held,
            "filling": filling,
            "is_event": filling.contents["kind"] == "event",
        },
    )


def _place_of(action: str) -> str:
    return "lines" if "line" in action else "files"


def _receipt_forms(filling: Filling, *, is_checked: bool) -> tuple[Any, Any]:
    """Receipt and lines; the issuer is suggested from the place; payers are compared with the lines."""
    data = filling.contents
    if not data.get("receipt"):
        place = facts_form(data, person=filling.person, today=filling.today, is_checked=True)
        known = place.cleaned_data.get("place_known") if place.is_valid() else None
        data = {**data, "receipt": {"issuer": known.name if known else ""}}
    form, lines = receipt_form(data, is_checked=is_checked), line_formset(data, is_checked=is_checked)
    if is_checked and form.is_valid() and data["kind"] != "event" and lines.is_valid():
        form.check_against(sum(line.billed_fen for line in lines.filed()))
    return form, lines


@draft_page("account")
def account(request: Request, filling: Filling) -> HttpResponse:
    current = current_account(request.user)
    is_posted = request.method == "POST"
    form = AccountForm(request.POST if is_posted else None, current=current, initial=_account_typed(filling))
    if is_posted and form.is_valid():
        payee = _named(request, form, current, filling)
        save_section(key=filling.key, section="account", values={"account": "current"}, now=filling.now)
        save_section(key=filling.key, section="payee", values={"id": payee.pk}, now=filling.now)
        return redirect("claims:check", filling.key)
    return render_page(request, "claims/account.html", {"form": form, "filling": filling})


def _account_typed(filling: Filling) -> dict[str, Any]:
    values = {name: value for name, value in filling.contents.get("account", {}).items() if value}
    return {name: value for name, value in values.items() if name != "key"}


def _named(request: Request, form: AccountForm, current: PayeeAccount | None, filling: Filling) -> PayeeAccount:
    if current is not None and not form.is_new:
        return current
    data = form.cleaned_data
    return name_account(
        actor=request.user,
        holder_name=data["holder_name"],
        bank=data["bank"],
        number=data["number"],
        key=data["key"],
        now=filling.now,
    )


@draft_page()
def check(request: Request, filling: Filling) -> HttpResponse:
    """A last look at everything; sending it twice sends it once."""
    form = facts_form(filling.contents, person=filling.person, today=filling.today, is_checked=True)
    paper, lines = _receipt_forms(filling, is_checked=True)
    held = list(held_uploads(form_key=filling.key, held_by=request.user))
    payee = PayeeAccount.objects.filter(pk=filling.contents.get("payee", {}).get("id")).first()
    for step, is_right in (
        ("facts", form.is_valid()),
        ("receipt", paper.is_valid() and lines.is_valid() and bool(held)),
        ("account", payee is not None),
    ):
        if not is_right:
            return redirect(f"{reverse(f'claims:{step}', args=[filling.key])}?look=1")
    filing = filing_of(filling.contents, form, paper, lines)
    if request.method == "POST" and payee is not None:
        return _send(request, filling, filing, payee)
    words = explanation.filing_words(filing)
    context = {"filling": filling, "filing": filing, "held": held, "payee": payee, "words": words}
    return render_page(request, "claims/check.html", context)


def _send(request: Request, filling: Filling, filing: Any, payee: PayeeAccount) -> HttpResponse:
    try:
        bill = submit_bill(
            actor=request.user,
            person_id=filling.person.pk,
            filing=filing,
            payee_account_id=payee.pk,
            key=filling.key,
            now=filling.now,
        )
    except FilingRefused as error:
        messages.error(request, say(error))
        step = STEP_OF_FIELD.get(error.field or "", "receipt")
        return redirect(f"{reverse(f'claims:{step}', args=[filling.key])}?look=1")
    messages.success(request, _("Your claim has arrived."))
    return redirect("claims:bill", bill.number)


@login_required
@require_POST
def drop(request: Request, key: UUID) -> HttpResponse:
    drop_draft(key=key, owner=request.user)
    messages.success(request, _("The form you had begun is gone."))
    return redirect("claims:new")
