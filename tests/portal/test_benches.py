"""The benchmark of the ledger books for real, in a database of its own that is gone afterwards."""

import pytest
from django.core.management.base import CommandError
from django.db import connection

from apps.fund.models import Entry
from apps.portal import databases
from apps.portal.benches import ledger
from apps.portal.benches.scratch import scratch_database
from apps.portal.databases import create_database

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def names():
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'gongji_bench_%'")
        return cursor.fetchall()


def test_entries_are_booked_beside_a_floor_and_nothing_is_left(monkeypatch):
    monkeypatch.setattr(ledger, "ENTRIES", 8)
    figure = ledger.ledger_post()
    assert figure.value > 0
    assert figure.ratio == pytest.approx(figure.floor / figure.value)
    assert Entry.objects.count() == 0
    assert names() == []


def test_the_scratch_database_goes_also_after_a_failure():
    with pytest.raises(ZeroDivisionError):
        fail_within()
    assert names() == []


def fail_within():
    with scratch_database("fund"):
        assert len(names()) == 1
        raise ZeroDivisionError


def test_where_no_database_can_be_made_it_says_so(monkeypatch):
    monkeypatch.setattr(databases, "KEEPERS", ("nobody-at-all",))
    with pytest.raises(CommandError, match="could not be made"):
        create_database("gongji_bench_never")
