"""Writing terms: begin from a published version, save and check, look at the page, publish by a second person."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.permissions import role_required
from apps.core.clock import business_day, now
from apps.core.errors import DomainError
from apps.core.http import Request, add_error, paginate, render_page, say
from apps.plans import selectors, services
from apps.plans.drafting import floor_results, reading_of
from apps.plans.errors import DraftMoved
from apps.plans.forms import DraftForm, RevisionForm, StartForm
from apps.plans.models import PlanDraft, PlanVersion
from apps.plans.permissions import READERS, WRITERS
from apps.plans.rules.comparing import differences
from apps.plans.words import example_words, floor_choices, in_language, miss_words, plan_words


@role_required(*READERS)
@require_GET
def terms(request: Request) -> HttpResponse:
    """Drafts first, then every published version with the floors it was held against."""
    language = get_language() or "en"
    page = paginate(selectors.all_versions(), request)
    rows = [(version, terms, floor_results(terms)) for version in page for terms in [selectors.terms_of(version)]]
    shown = [(version, in_language(terms.name, language), results) for version, terms, results in rows]
    context = {
        "page": page,
        "rows": shown,
        "drafts": selectors.open_drafts() if page.number == 1 else (),
        "may_write": request.user.has_role(*WRITERS),
    }
    return render_page(request, "plans/terms.html", context)


@role_required(*WRITERS)
@require_http_methods(["GET", "POST"])
def start(request: Request, version_id: int) -> HttpResponse:
    """Ask once, so that looking at an address begins nothing."""
    version = get_object_or_404(PlanVersion, pk=version_id)
    form = StartForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        key = form.cleaned_data["key"]
        draft = services.start_draft(actor=request.user, based_on=version, key=key, now=now())
        return redirect("plans:draft", draft.pk)
    name = in_language(selectors.terms_of(version).name, get_language() or "en")
    return render_page(request, "plans/start_draft.html", {"version": version, "name": name, "form": form})


@role_required(*READERS)
@require_http_methods(["GET", "POST"])
def draft(request: Request, pk: int) -> HttpResponse:
    """The text with what is wrong in it, what it changes, and what to do next."""
    row = get_object_or_404(PlanDraft.objects.select_related("edited_by", "published_by", "based_on"), pk=pk)
    may_write = request.user.has_role(*WRITERS) and row.is_open
    form = _form(request, row)
    if request.method == "POST" and may_write and form.is_valid() and _is_saved(request, pk, form):
        return redirect("plans:draft", pk)
    return render_page(request, "plans/draft.html", {**_shown(row), "form": form, "may_write": may_write})


def _form(request: Request, row: PlanDraft) -> DraftForm:
    initial = {"text": row.text, "floor": row.floor, "revision": row.revision}
    floors = floor_choices(get_language() or "en")
    return DraftForm(request.POST if request.method == "POST" else None, initial=initial, floors=floors)


def _is_saved(request: Request, pk: int, form: DraftForm) -> bool:
    try:
        services.write_draft(actor=request.user, draft_id=pk, now=now(), **form.cleaned_data)
    except DomainError as error:
        add_error(form, error)
        return False
    messages.success(request, _("Saved and checked."))
    return True


def _shown(row: PlanDraft) -> dict[str, Any]:
    reading = reading_of(row, business_day(now())) if row.is_open else None
    lines = row.text.splitlines()
    problems = reading.problems if reading else ()
    return {
        "draft": row,
        "reading": reading,
        "problems": [(one.line, say(one.says), "".join(lines[one.line - 1 : one.line])) for one in problems],
        "misses": miss_words(reading.misses) if reading else (),
        "changes": differences(row.based_on.terms, reading.written.source.data) if reading and reading.terms else (),
    }


@role_required(*READERS)
@require_GET
def preview(request: Request, pk: int) -> HttpResponse:
    """The plan's page as the draft would make it."""
    row, language = get_object_or_404(PlanDraft, pk=pk), get_language() or "en"
    written = reading_of(row, business_day(now()))
    if written.terms is None or written.problems:
        messages.info(request, _("The page can be shown when the problems below are mended."))
        return redirect("plans:draft", pk)
    context = {
        "plan": plan_words(written.terms, language),
        "examples": example_words(written.terms, language),
        "draft": row,
    }
    return render_page(request, "plans/detail.html", context)


@role_required(*WRITERS)
@require_POST
def publish(request: Request, pk: int) -> HttpResponse:
    row, form = get_object_or_404(PlanDraft, pk=pk), RevisionForm(request.POST)
    if not form.is_valid():
        return redirect("plans:draft", pk)
    try:
        revision = form.cleaned_data["revision"]
        version = services.publish_draft(actor=request.user, draft_id=row.pk, revision=revision, now=now())
    except DraftMoved as error:
        told = _("%(name)s has changed this draft since you read it. Read it again before you publish it.")
        messages.error(request, told % error.params)
        return redirect("plans:draft", pk)
    except DomainError as error:
        messages.error(request, say(error))
        return redirect("plans:draft", pk)
    messages.success(request, _("%(version)s is published.") % {"version": version})
    return redirect(reverse("plans:terms"))


@role_required(*WRITERS)
@require_POST
def drop(request: Request, pk: int) -> HttpResponse:
    row = get_object_or_404(PlanDraft, pk=pk)
    try:
        services.drop_draft(actor=request.user, draft_id=row.pk, now=now())
        messages.success(request, _("The draft is dropped."))
    except DomainError as error:
        messages.error(request, say(error))
    return redirect("plans:terms")
