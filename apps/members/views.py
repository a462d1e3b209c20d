"""The family pages: who belongs to it, adding somebody, consents, and who has read what."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.models import User
from apps.core import clock
from apps.core.clock import business_day
from apps.core.errors import DomainError, NotAllowed
from apps.core.held_posts import held_post, keeps_post
from apps.core.http import Request, add_error, render_page
from apps.members.forms import CHILD, RELATIVE, SELF, ConsentForm, PersonForm
from apps.members.models import Guardianship, LegalText, Person, Signature
from apps.members.permissions import acting_capacity, check_is_family, relation_of
from apps.members.rules.family import assents_too
from apps.members.selectors import (
    missing_by_person,
    missing_texts,
    people_of,
    reads_of,
    signatures_of,
    texts_for,
)
from apps.members.services import register_person, sign_texts, withdraw_signature
from apps.members.wording import age_text, purpose_text, reader_text


@login_required
@require_safe
def people(request: Request) -> HttpResponse:
    """Everybody the user may act for."""
    today = business_day(clock.now())
    family = list(people_of(request.user))
    missing = missing_by_person(family, on=today)
    rows = [
        {
            "person": person,
            "age": age_text(person.birth_date, today),
            "relation": _relation_text(person.my_relation),
            "is_incomplete": person.pk in missing,
        }
        for person in family
    ]
    has_self = any(person.user_id == request.user.pk for person in family)
    return render_page(request, "members/people.html", {"rows": rows, "has_self": has_self})


@keeps_post
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: Request) -> HttpResponse:
    """Step 1: whom it is about."""
    whom = request.GET.get("for", CHILD)
    if whom not in (CHILD, RELATIVE, SELF):
        whom = CHILD
    initial = {"name": request.user.name} if whom == SELF else {}
    form = PersonForm(_posted(request), whom=whom, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            person = register_person(actor=request.user, now=clock.now(), **form.facts())
        except DomainError as error:
            add_error(form, error)
        else:
            return redirect("members:consents", person.pk)
    return render_page(request, "members/add.html", {"form": form, "whom": whom})


@keeps_post
@require_http_methods(["GET", "HEAD", "POST"])
def consents(request: Request, pk: int) -> HttpResponse:
    """Step 2: read and sign; later: what was signed, and taking it back."""
    person = _family_member(request, pk)
    signatures = list(signatures_of(person))
    form = _consent_form(request, person, signatures)
    if request.method == "POST" and (not form.texts or _signed(request, person, form)):
        return redirect(_wish(request) or reverse("members:ready", args=[person.pk]))
    context = {"person": person, "form": form, "signatures": signatures}
    return render_page(request, "members/consents.html", context)


def _consent_form(request: Request, person: Person, signatures: list[Signature]) -> ConsentForm:
    today = business_day(clock.now())
    signed = {signature.text_id for signature in signatures if signature.withdrawn_at is None}
    unsigned = [text for text in texts_for(person, on=today) if text.pk not in signed]
    assent_by = person.name if assents_too(person.birth_date, today) else ""
    return ConsentForm(_posted(request), texts=unsigned, assent_by=assent_by)


def _signed(request: Request, person: Person, form: ConsentForm) -> bool:
    """Whether the post was signed; if not, the form says why."""
    if not form.is_valid():
        return False
    assent = form.cleaned_data.get("assent_name", "")
    try:
        sign_texts(actor=request.user, person=person, texts=form.agreed(), now=clock.now(), assent_name=assent)
    except DomainError as error:
        add_error(form, error)
        return False
    return True


def _posted(request: Request) -> QueryDict | None:
    """What was posted now, or while signed out."""
    if request.method == "POST":
        return request.POST
    held = held_post(request)
    if held:
        messages.info(request, _("You were signed out in between. What you typed is here; check it and send it."))
    return held


def _wish(request: Request) -> str:
    """Where the reader came from and wants to go on, if that is a page of ours."""
    wish = request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(wish, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return wish if safe else ""


def _family_member(request: Request, pk: int) -> Person:
    return check_is_family(user=request.user, person_id=pk, purpose="family", now=clock.now())


@login_required
@require_safe
def ready(request: Request, pk: int) -> HttpResponse:
    """Step 3: what can be done now."""
    person = _family_member(request, pk)
    today = business_day(clock.now())
    if missing_texts(person, on=today):
        return redirect("members:consents", person.pk)
    return render_page(request, "members/ready.html", {"person": person})


@login_required
@require_safe
def person(request: Request, pk: int) -> HttpResponse:
    """One person of the family, and the ways to everything about them."""
    now = clock.now()
    somebody = _family_member(request, pk)
    context = {
        "person": somebody,
        "age": age_text(somebody.birth_date, business_day(now)),
        "relation": _relation_text(relation_of(request.user, somebody)),
        "missing": missing_texts(somebody, on=business_day(now)),
        "may_act": acting_capacity(user=request.user, person=somebody, now=now) is not None,
    }
    return render_page(request, "members/person.html", context)


def _relation_text(relation: str | None) -> str:
    return str(dict(Guardianship.RELATIONS).get(relation or "", _("Yourself")))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: Request, pk: int) -> HttpResponse:
    """Take back a consent, after reading what that means."""
    signature = Signature.objects.select_related("text", "person").filter(pk=pk).first()
    if signature is None:
        raise NotAllowed
    somebody = _family_member(request, signature.person_id)
    if request.method == "POST":
        withdraw_signature(actor=request.user, signature_id=pk, now=clock.now())
        messages.success(request, _("Taken back. It holds from now on."))
        return redirect("members:consents", somebody.pk)
    return render_page(request, "members/withdraw.html", {"signature": signature, "person": somebody})


@login_required
@require_safe
def text(request: Request, pk: int) -> HttpResponse:
    """One version of a text in full, for reading and printing."""
    return render_page(request, "members/text.html", {"text": get_object_or_404(LegalText, pk=pk)})


@login_required
@require_safe
def who_read(request: Request, pk: int) -> HttpResponse:
    """Who has looked at the person's data, when and by which right."""
    somebody = _family_member(request, pk)
    page = Paginator(reads_of(somebody, but_for=request.user), 20).get_page(request.GET.get("page"))
    names = dict(User.objects.filter(pk__in={read["reader_id"] for read in page}).values_list("pk", "name"))
    rows = [_read(read, names) for read in page]
    return render_page(request, "members/who_read.html", {"person": somebody, "page": page, "rows": rows})


def _read(read: dict[str, Any], names: dict[int, str]) -> dict[str, Any]:
    denied = read["rule"] == "denied"
    return {
        **read,
        "name": _("Somebody without access") if denied else names.get(read["reader_id"], _("A former user")),
        "denied": denied,
        "what": purpose_text(read["purpose"]),
        "why": reader_text(read["rule"]),
    }
