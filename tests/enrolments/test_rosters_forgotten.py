"""What is kept of a roster, how long, and that nobody can read it meanwhile."""

import os
from datetime import timedelta

import pytest

from apps.enrolments.models import Cover, RosterBlock, RosterRow
from apps.enrolments.services import (
    check_rosters,
    confirm_roster,
    enrol_rosters,
    forget_rosters,
    rosters,
    withdraw_roster,
)
from apps.enrolments.sheets import vault
from tests.conftest import NOW
from tests.enrolments.groups import (
    as_csv,
    checked,
    county,
    enrolled,
    make_agreement,
    make_worker,
    people,
    upload,
)

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def second(agreement):
    return make_worker(agreement.organisation)


def test_a_file_no_roster_knows_is_removed_after_a_day(tmp_path):
    kept = vault.keep([b"left by a transaction that was rolled back"])
    os.utime(tmp_path / vault.FOLDER / kept.stored_as, (NOW.timestamp(), NOW.timestamp()))
    forget_rosters(now=NOW + timedelta(hours=23))
    assert vault.kept_names() == [kept.stored_as]
    forget_rosters(now=NOW + timedelta(hours=25))
    assert vault.kept_names() == []


def test_the_rows_are_gone_once_everybody_is_enrolled_and_the_file_once_it_is_read():
    agreement = county()
    roster = checked(agreement, as_csv(people(2)))
    assert vault.kept_names() == []
    assert RosterBlock.objects.exists()
    confirm_roster(roster_id=roster.pk, actor=second(agreement), now=NOW)
    enrol_rosters(now=NOW)
    assert not RosterBlock.objects.exists()
    assert not RosterRow.objects.exists()


def test_rows_left_out_are_kept_a_month_for_mending_and_then_removed():
    agreement = county()
    roster = enrolled(agreement, as_csv([*people(1), ("王芳", "")]))
    assert RosterBlock.objects.filter(roster=roster).exists()
    forget_rosters(now=NOW + timedelta(days=29))
    assert RosterBlock.objects.filter(roster=roster).exists()
    forget_rosters(now=NOW + timedelta(days=31))
    assert not RosterBlock.objects.exists()


def test_a_roster_nobody_confirms_is_withdrawn_after_a_month_with_its_rows():
    roster = checked(make_agreement(), as_csv(people(1)))
    assert forget_rosters(now=NOW + timedelta(days=31)) == 1
    roster.refresh_from_db()
    assert roster.state == "withdrawn"
    assert not RosterRow.objects.exists()


def test_a_roster_confirmed_while_old_ones_are_withdrawn_keeps_its_rows(monkeypatch):
    agreement = county()
    roster = checked(agreement, as_csv(people(2)))
    withdraw = rosters._withdraw_late

    def confirmed_first(pk, *about):
        confirm_roster(roster_id=pk, actor=second(agreement), now=NOW)
        return withdraw(pk, *about)

    monkeypatch.setattr(rosters, "_withdraw_late", confirmed_first)
    assert forget_rosters(now=NOW + timedelta(days=31)) == 0
    assert RosterRow.objects.count() == 2
    assert enrol_rosters(now=NOW) == 1
    assert Cover.objects.count() == 2
    assert roster.pk


def test_a_confirmed_roster_without_rows_is_not_said_to_be_enrolled(caplog):
    agreement = county()
    roster = checked(agreement, as_csv(people(1)))
    confirm_roster(roster_id=roster.pk, actor=second(agreement), now=NOW)
    RosterBlock.objects.all().delete()
    assert enrol_rosters(now=NOW) == 0
    roster.refresh_from_db()
    assert roster.state == "confirmed"
    assert "has no rows" in caplog.text


def test_a_roster_withdrawn_while_it_waits_is_not_checked(django_capture_on_commit_callbacks):
    roster = upload(make_agreement(), as_csv(people(1)))
    with django_capture_on_commit_callbacks(execute=True):
        withdraw_roster(roster_id=roster.pk, actor=roster.uploaded_by, now=NOW)
    assert check_rosters(now=NOW) == 0
    assert vault.kept_names() == []


def test_no_name_or_number_lies_readable_in_the_database_or_on_the_disk(settings):
    from pathlib import Path

    from django.db import connection

    row = people(1)[0]
    roster = upload(make_agreement(), as_csv([row]))
    kept = (Path(settings.MEDIA_ROOT) / vault.FOLDER / roster.stored_as).read_bytes()
    assert row[1].encode() not in kept
    check_rosters(now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed_rows FROM enrolments_rosterblock")
        assert row[1].encode() not in bytes(cursor.fetchone()[0])
