"""Refusals become calm pages, forms get them at the field, trouble has pages of its own."""

from types import SimpleNamespace

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import translation

from apps.accounts.models import User
from apps.core import clock, views
from apps.core.errors import DomainError, NotAllowed, Told
from apps.core.http import add_error, paginate, render_page, say
from apps.core.middleware import DomainErrorMiddleware, PrivatePagesMiddleware


class TooLate(DomainError):
    code = "too-late"
    message = "The day %(day)s is over."
    field = "day"


def test_an_error_says_what_happened_with_its_parameters():
    assert say(TooLate(day="1 May")) == str(TooLate(day="1 May")) == "The day 1 May is over."
    assert say(NotAllowed()) == str(NotAllowed()) == "You have no access to this."


def test_a_text_inside_a_text_is_said_in_the_same_language():
    told = Told("The terms cannot be used: %(problem)s", problem=Told("Deductible"))
    assert str(told) == "The terms cannot be used: Deductible"
    with translation.override("zh-hans"):
        assert say(told) == "条款无法使用：起付额"


def test_a_form_gets_the_error_at_its_field_or_on_top():
    class Form(forms.Form):
        day = forms.CharField()

    form = Form({"day": "1 May"})
    add_error(form, TooLate(day="1 May"))
    add_error(form, NotAllowed())
    assert form.errors["day"] == ["The day 1 May is over."]
    assert form.non_field_errors() == ["You have no access to this."]


@pytest.mark.parametrize(("error", "status"), [(TooLate(day="today"), 409), (NotAllowed(), 404)])
def test_a_refusal_no_view_has_caught_becomes_a_page(rf, error, status, db):
    middleware = DomainErrorMiddleware(lambda request: HttpResponse("fine"))
    request = rf.get("/")
    request.user = AnonymousUser()
    assert middleware(request).content == b"fine"
    answer = middleware.process_exception(request, error)
    assert answer.status_code == status
    assert middleware.process_exception(request, ValueError()) is None


def test_pages_of_someone_signed_in_are_not_stored_by_others(rf):
    middleware = PrivatePagesMiddleware(lambda request: HttpResponse("mine"))
    request = rf.get("/")
    request.user = User(name="A")
    assert "private" in middleware(request)["Cache-Control"]
    request.user = AnonymousUser()
    assert "Cache-Control" not in middleware(request)


class Htmx(SimpleNamespace):
    """What django-htmx knows of a request."""


@pytest.mark.parametrize(("target", "boosted", "is_whole"), [(None, False, True), ("main", True, True)])
def test_a_plain_or_boosted_request_gets_the_whole_page(rf, settings, target, boosted, is_whole):
    request = rf.get("/")
    request.user = AnonymousUser()
    request.htmx = Htmx(target=target, boosted=boosted)
    answer = render_page(request, "404.html", status=404)
    assert answer.status_code == 404
    assert (b"<!doctype html>" in answer.content) is is_whole


def test_a_swap_gets_the_partial_named_like_its_target(rf, settings, tmp_path):
    (tmp_path / "two.html").write_text("<html>{% partialdef rows inline %}<p>rows</p>{% endpartialdef %}</html>")
    engine = settings.TEMPLATES[0]
    settings.TEMPLATES = [{**engine, "DIRS": [tmp_path, *engine["DIRS"]]}]
    request = rf.get("/")
    request.user = AnonymousUser()
    request.htmx = Htmx(target="rows", boosted=False)
    assert render_page(request, "two.html").content == b"<p>rows</p>"


@pytest.mark.django_db
def test_a_page_number_without_sense_shows_the_nearest_page(make_user):
    for number in range(5):
        make_user(f"p{number}@example.com")
    rows = User.objects.order_by("pk")
    assert paginate(rows, RequestFactory().get("/", {"page": "99"}), size=2).number == 3
    assert paginate(rows, RequestFactory().get("/", {"page": "x"}), size=2).number == 1


def test_a_late_evening_belongs_to_the_day_where_the_fund_lives(now):
    assert clock.business_day(now.replace(hour=23, minute=50)) == now.date()
    assert clock.now().tzinfo is not None


def test_errors_are_said_in_the_language_of_the_reader():
    with translation.override("zh-hans"):
        assert say(NotAllowed()) != NotAllowed.message


@pytest.mark.parametrize(("view", "status"), [("bad_request", 400), ("forbidden", 403), ("not_found", 404)])
def test_trouble_has_a_page_of_its_own(rf, view, status):
    request = rf.get("/")
    request.user = AnonymousUser()
    answer = getattr(views, view)(request, Exception())
    assert answer.status_code == status
    assert b"<h1" in answer.content


def test_a_form_open_for_too_long_says_what_to_do(rf):
    request = rf.post("/")
    request.user = AnonymousUser()
    assert views.session_expired(request).status_code == 403
