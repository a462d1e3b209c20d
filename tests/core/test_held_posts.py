"""A form sent by somebody whose session ran out is there again after signing in, for that page only."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpResponse
from django.test import RequestFactory

from apps.accounts.models import User
from apps.core.held_posts import LONGEST, SLOT, held_post, keeps_post


@pytest.fixture
def session(db):
    return SessionStore()


@pytest.fixture
def ask(session):
    """Ask for a page that answers with what was held for it."""

    @keeps_post
    def page(request):
        held = held_post(request)
        return HttpResponse(held.urlencode() if held else "nothing")

    def ask(path, data=None, signed_in=False):
        factory = RequestFactory()
        request = factory.get(path) if data is None else factory.post(path, data)
        request.session, request.user = session, User() if signed_in else AnonymousUser()
        return page(request)

    return ask


def test_what_was_typed_comes_back_once_and_only_on_its_page(ask, session):
    answer = ask("/join/?x=1", {"pain": ["daily", "nightly"], "csrfmiddlewaretoken": "t"})
    assert answer.status_code == 302
    assert "next=/join/%3Fx%3D1" in answer.url
    assert "daily" not in str(session[SLOT]), "kept encrypted"
    assert ask("/other/", signed_in=True).content == b"nothing"
    assert ask("/join/?x=1", signed_in=True).content == b"pain=daily&pain=nightly"
    assert ask("/join/?x=1", signed_in=True).content == b"nothing"


def test_looking_only_asks_to_sign_in(ask, session):
    assert ask("/join/").status_code == 302
    assert SLOT not in session


def test_more_than_a_form_is_not_kept(ask, session):
    ask("/join/", {"x": "y" * LONGEST})
    assert SLOT not in session
