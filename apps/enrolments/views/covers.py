"""Joining a plan step by step: for whom, the questions, the decision, the payment; then the cover itself."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.core import clock
from apps.core.clock import business_day
from apps.core.errors import DomainError, NotAllowed
from apps.core.held_posts import held_post, keeps_post
from apps.core.http import Request, add_error, paginate, render_page, say
from apps.enrolments.errors import ConsentsMissing, NoLongerFits, NothingDue, SecondCover
from apps.enrolments.forms import QuestionnaireForm, initial_from, typed_text
from apps.enrolments.models import Application, Contribution, Cover, Draft, Place, Receipt
from apps.enrolments.pages import cover_words, joining_rows, payment_state
from apps.enrolments.rules.reasons import said
from apps.enrolments.selectors import (
    application_with_cover,
    covers_of_plan,
    covers_of_user,
    due_of,
    receipts_of,
    terms_of_cover,
)
from apps.enrolments.services import apply_for_cover, drop_cover, keep_draft, start_payment
from apps.members.models import Person
from apps.members.permissions import check_is_family, check_may_act
from apps.members.selectors import missing_texts
from apps.plans.rules import Insured, Terms
from apps.plans.rules import questions as questions_of
from apps.plans.selectors import plan_version, terms_of
from apps.plans.words import in_language, plan_words


def _language() -> str:
    return get_language() or "en"


@login_required
@require_safe
def mine(request: Request) -> HttpResponse:
    """Every cover of the family."""
    today = business_day(clock.now())
    page = paginate(covers_of_user(request.user), request)
    rows = [cover_words(cover, _language(), today) for cover in page]
    return render_page(request, "enrolments/mine.html", {"page": page, "rows": rows})


@login_required
@require_safe
def start(request: Request, code: str) -> HttpResponse:
    """Step 1: for whom."""
    today = business_day(clock.now())
    plan = plan_words(terms_of(plan_version(code, today)), _language())
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
    form = _questionnaire(request, person, terms)
    context = {"person": person, "plan": plan_words(terms, _language()), "form": form}
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


def _questionnaire(request: Request, person: Person, terms: Terms) -> QuestionnaireForm:
    """The form with what was posted now, held while signed out, or kept as a draft."""
    posted = request.POST if request.method == "POST" else held_post(request)
    if posted and request.method != "POST":
        messages.info(request, _("You were signed out in between. What you typed is here; check it and send it."))
    form = QuestionnaireForm(
        posted or None,
        asked=questions_of(terms, Insured(person.birth_date, person.sex)),
        language=_language(),
        today=business_day(clock.now()),
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
        "contribution": due_of(cover) if cover else None,
        "plan_name": in_language(terms.name, _language()),
        "reasons": [{"says": said(reason, _language()), "clause": reason["clause"]} for reason in application.reasons],
    }
    template = "enrolments/accepted.html" if application.accepted else "enrolments/declined.html"
    return render_page(request, template, context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def pay(request: Request, pk: int) -> HttpResponse:
    """Step 4: what is to be paid; the button leads to the payment page."""
    rows = Contribution.objects.select_related("cover__person", "cover__plan_version")
    contribution = rows.filter(pk=pk).first()
    if contribution is None:
        raise NotAllowed
    cover, now = contribution.cover, clock.now()
    check_is_family(user=request.user, person_id=cover.person_id, purpose="payment", now=now)
    back = reverse("enrolments:cover", args=[cover.pk])
    if contribution.state != Contribution.State.DUE or cover.state != Cover.State.UNPAID:
        return redirect(back)
    if request.method == "POST":
        try:
            checkout = start_payment(contribution_id=pk, actor=request.user, return_url=back, now=now)
        except NothingDue:
            return redirect(back)
        except NoLongerFits as error:
            return _answer_again(request, cover, error)
        return redirect(checkout.pay_url)
    plan_name = in_language(terms_of_cover(cover).name, _language())
    context = {"contribution": contribution, "cover": cover, "plan_name": plan_name}
    return render_page(request, "enrolments/pay.html", context)


def _answer_again(request: Request, cover: Cover, error: DomainError) -> HttpResponse:
    """The terms changed before it was paid: make room for a new application."""
    drop_cover(cover_id=cover.pk, actor=request.user, now=clock.now())
    messages.warning(request, say(error))
    return redirect("enrolments:questions", cover.person_id, cover.plan_code)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def drop(request: Request, pk: int) -> HttpResponse:
    """Not to join after all, before paying."""
    found = Cover.objects.select_related("person", "plan_version").filter(pk=pk).first()
    if found is None:
        raise NotAllowed
    check_is_family(user=request.user, person_id=found.person_id, purpose="cover", now=clock.now())
    if request.method == "POST":
        drop_cover(cover_id=pk, actor=request.user, now=clock.now())
        messages.success(request, _("The application is cancelled. Nothing was charged."))
        return redirect("enrolments:mine")
    plan_name = in_language(terms_of_cover(found).name, _language())
    return render_page(request, "enrolments/drop.html", {"cover": found, "plan_name": plan_name})


@login_required
@require_safe
def cover(request: Request, pk: int) -> HttpResponse:
    """What is covered, from when to when, what it entitles to, what was paid."""
    found = Cover.objects.select_related("person", "plan_version", "application").filter(pk=pk).first()
    if found is None:
        raise NotAllowed
    now = clock.now()
    check_is_family(user=request.user, person_id=found.person_id, purpose="cover", now=now)
    due = due_of(found)
    context = {
        "row": cover_words(found, _language(), business_day(now)),
        "plan": plan_words(terms_of_cover(found), _language()),
        "due": due,
        "payment": payment_state(due) if due else "",
        "place": Place.objects.filter(cover=found).select_related("agreement__organisation").first(),
        "receipts": list(receipts_of(found)),
    }
    return render_page(request, "enrolments/cover.html", context)


@login_required
@require_safe
def receipt(request: Request, pk: int) -> HttpResponse:
    """A receipt for printing."""
    rows = Receipt.objects.select_related(
        "contribution__cover__person", "contribution__cover__plan_version", "contribution__cover__application__actor"
    )
    found = rows.filter(pk=pk, contribution__payer_label="self").first()
    if found is None:
        raise NotAllowed
    its_cover = found.contribution.cover
    check_is_family(user=request.user, person_id=its_cover.person_id, purpose="receipt", now=clock.now())
    plan_name = in_language(terms_of_cover(its_cover).name, _language())
    return render_page(
        request, "enrolments/receipt.html", {"receipt": found, "cover": its_cover, "plan_name": plan_name}
    )
