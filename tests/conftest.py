"""What all tests share: emptying the database between tests that commit, people of every role, a fixed day."""

import os
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test import TransactionTestCase
from hypothesis import settings as hypothesis_settings

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))

# The same examples at each run, or a change would fail for what it did not touch; `verify --long` looks for new ones.
hypothesis_settings.register_profile("same", derandomize=True, deadline=None)
if not os.environ.get("GONGJI_LONG"):
    hypothesis_settings.load_profile("same")


def pytest_collection_modifyitems(items):
    """Journeys first: they stay together in one process, before one portal, while the others take the rest."""
    items.sort(key=lambda item: "tests/journey/" not in item.nodeid)


MADE_BY_MIGRATING = {"django_content_type", "auth_permission", "django_site"}


def _empty_tables(_self: TransactionTestCase) -> None:
    """What a flush does, for few rows a tenth of its time: no table is made anew, nothing is migrated again.

    Append-only tables refuse it; only the tests' superuser may look away while it empties them.
    """
    tables = sorted(set(connection.introspection.django_table_names()) - MADE_BY_MIGRATING)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        try:
            cursor.execute("; ".join(f"DELETE FROM {connection.ops.quote_name(table)}" for table in tables))
        finally:
            cursor.execute("SET session_replication_role = DEFAULT")


TransactionTestCase._fixture_teardown = _empty_tables


@pytest.fixture(autouse=True)
def the_same_day(request):
    """Every test begins at the same moment, whatever the day is; processes it starts live in their own time."""
    if request.node.get_closest_marker("own_day"):
        yield
        return
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def now():
    return NOW


@pytest.fixture
def today(now):
    return now.date()


@pytest.fixture
def make_user(db):
    """Make a person who can sign in: ``make_user("a@x.example", Role.TREASURER)``."""
    from apps.accounts.models import User

    def make(email: str = "parent@example.com", *roles: str, name: str = "") -> User:
        return User.objects.create_user(email, "long-enough-1", name=name or email.split("@")[0], roles=list(roles))

    return make


@pytest.fixture
def signed_in(client):
    """A client signed in as the user given: ``signed_in(user).get(...)``."""

    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in
