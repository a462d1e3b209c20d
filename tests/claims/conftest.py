"""A family with a cover, signed in, on a fixed day."""

from importlib import import_module

import pytest
from django.conf import settings

from apps.core import clock
from tests.claims.factories import make_covered


@pytest.fixture
def stopped_clock(monkeypatch, now):
    import_module(settings.ROOT_URLCONF)  # a view first imported from here on would keep the stopped clock
    monkeypatch.setattr(clock, "now", lambda: now)


@pytest.fixture
def cover(db):
    return make_covered()


@pytest.fixture
def parent(cover):
    return cover.person.registered_by


@pytest.fixture
def browser(signed_in, parent, stopped_clock):
    """The parent's browser."""
    return signed_in(parent)
