"""Joining a plan step by step: for whom, the questions, the decision."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.core import clock
from apps.core.clock import business_day
from apps.core.errors import DomainError, NotAllowed
from apps.core.held_posts import held_post, keeps_post
from apps.core.http import Request, add_error, render_page
from apps.enrolments.errors import ConsentsMissing, SecondCover
from apps.enrolments.forms import QuestionnaireForm, initial_from, typed_text
from apps.enrolments.models import Application, Draft
from apps.enrolments.pages import joining_rows
from apps.enrolments.rules.reasons import said
from apps.enrolments.selectors import (
    application_with_cover,
    covers_of_plan,
    discount_of,
    due_of,
    points_use_of,
)
from apps.enrolments.services import apply_for_cover, keep_draft
from apps.enrolments.views.common import language
from apps.members.models import Person
from apps.members.permissions import check_is_family, check_may_act
from apps.members.selectors import missing_texts
from apps.plans.rules import Insured, Terms
from apps.plans.rules import questions as questions_of
from apps.plans.selectors import plan_version, terms_of
from apps.plans.words import in_language, plan_words


@login_required
@require_safe
def start(request: Request, code: str) -> HttpResponse:
    """Step 1: for whom."""
    today = business_day(clock.now())
    plan = plan_words(terms_of(plan_version(code, today)), language())
    rows = joining_rows(request.user, code, today)
    chosen = request.GET.get("person", "")
    for row in rows:
        if chosen == str(row.person.pk) and row.can_join:
            return redirect("enrolments:questions", row.person.pk, code)
    return render_page(request, "enrolments/start.html", {"plan": plan, "rows": rows})


@keeps_post
@require_http_methods(["GET", "HEAD", "POST"])
def questions(request: Request, person_id: int, code: str) -> HttpResponse:
    """Step 2: what the plan's terms ask."""
    now = clock.now()
    person = check_is_family(user=request.user, person_id=person_id, purpose="joining", now=now)
    check_may_act(user=request.user, person=person, now=now)
    if missing_texts(person, on=business_day(now)):
        return _to_consents(request, person)
    terms = terms_of(plan_version(code, business_day(now)))
    taken = discount_of(person.pk, terms, terms.price.amount)
    form = _questionnaire(request, person, terms, taken.fen)
    context = {"person": person, "plan": plan_words(terms, language()), "form": form, "discount": taken}
    context["lowered_fen"] = terms.price.amount - taken.fen if terms.has_one_price else None
    if request.method == "POST":
        keep_draft(actor=request.user, person=person, plan_code=code, typed=typed_text(request.POST), now=now)
        try:
            application = _apply(request, person, code, form)
        except SecondCover as error:
            context["existing_id"] = error.params["cover_id"]
            add_error(form, error)
        else:
            if application is not None:
                return redirect("enrolments:decision", application.pk)
    return render_page(request, "enrolments/questions.html", context)


def _to_consents(request: Request, person: Person) -> HttpResponse:
    back = urlencode({"next": request.get_full_path()})
    return redirect(f"{reverse('members:consents', args=[person.pk])}?{back}")


def _questionnaire(request: Request, person: Person, terms: Terms, discount_fen: int) -> QuestionnaireForm:
    """The form with what was posted now, held while signed out, or kept as a draft."""
    posted = request.POST if request.method == "POST" else held_post(request)
    if posted and request.method != "POST":
        messages.info(request, _("You were signed out in between. What you typed is here; check it and send it."))
    form = QuestionnaireForm(
        posted or None,
        terms=terms,
        asked=questions_of(terms, Insured(person.birth_date, person.sex)),
        language=language(),
        today=business_day(clock.now()),
        discount_fen=discount_fen,
    )
    draft = Draft.objects.filter(person=person, actor=request.user, plan_code=terms.code).first()
    form.initial = initial_from(draft.typed, form.fields) if draft is not None else _next_year(person, terms.code)
    return form


def _next_year(person: Person, code: str) -> dict[str, object]:
    """The first day after the cover there is, so that the years follow each other without a gap."""
    there = covers_of_plan([person], code, on=business_day(clock.now())).get(person.pk)
    return {"start": there.end} if there else {}


def _apply(request: Request, person: Person, code: str, form: QuestionnaireForm) -> Application | None:
    """The decision, or None when the form says what is wrong."""
    if not form.is_valid():
        return None
    try:
        return apply_for_cover(
            actor=request.user,
            person_id=person.pk,
            plan_code=code,
            answers=form.answers(),
            start=form.cleaned_data["start"],
            **form.way(),
            key=form.cleaned_data["key"],
            now=clock.now(),
        )
    except (SecondCover, ConsentsMissing):
        raise
    except DomainError as error:
        add_error(form, error)
        return None


@login_required
@require_safe
def decision(request: Request, pk: int) -> HttpResponse:
    """Step 3: accepted, or declined with the reasons."""
    application = application_with_cover(pk)
    if application is None:
        raise NotAllowed
    check_is_family(user=request.user, person_id=application.person_id, purpose="joining", now=clock.now())
    cover = getattr(application, "cover", None)
    terms = terms_of(application.plan_version)
    context = {
        "application": application,
        "cover": cover,
        "use": points_use_of(cover) if cover else None,
        "contribution": due_of(cover) if cover else None,
        "plan_name": in_language(terms.name, language()),
        "reasons": [{"says": said(reason, language()), "clause": reason["clause"]} for reason in application.reasons],
    }
    template = "enrolments/accepted.html" if application.accepted else "enrolments/declined.html"
    return render_page(request, template, context)
