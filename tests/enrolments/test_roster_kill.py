"""Real processes, really killed: a roster goes on where it stopped, with every person once."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from apps.core.clock import DATABASE_CLOCK
from apps.enrolments.models import Cover, Roster, RosterBlock, RosterRow
from apps.enrolments.services import check_rosters, confirm_roster, enrol_rosters
from tests.conftest import NOW
from tests.enrolments.groups import as_csv, county, make_worker, people, upload
from tests.payments.processes import ROOT

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
SIZE, BLOCK = 900, 50
WORK = """
import django; django.setup()
from datetime import datetime
from django.conf import settings
from apps.enrolments.services import check_rosters, enrol_rosters, roster_checking
settings.MEDIA_ROOT, roster_checking.BLOCK = {media!r}, {block}
{work}(now=datetime.fromisoformat({now!r}))
"""


def killed_in_the_middle(work: str, media: Path, is_in_the_middle) -> None:
    base = os.environ["DATABASE_URL"].rpartition("/")[0]
    environment = {**os.environ, "DATABASE_URL": f"{base}/{connection.settings_dict['NAME']}"}
    code = WORK.format(media=str(media), block=BLOCK, work=work, now=NOW.isoformat())
    worker = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environment)
    try:
        deadline = time.monotonic() + 90
        while not is_in_the_middle():
            assert time.monotonic() < deadline, work
            time.sleep(0.002)
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait(10)


def test_a_worker_killed_while_checking_and_one_while_enrolling_lose_and_double_nobody(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr("apps.enrolments.services.roster_checking.BLOCK", BLOCK)
    agreement = county()
    roster = upload(agreement, as_csv(people(SIZE)))
    killed_in_the_middle("check_rosters", tmp_path, lambda: RosterBlock.objects.count() >= 3)
    assert Roster.objects.get().state == "checking"
    left = SIZE // BLOCK - RosterBlock.objects.count()
    Roster.objects.update(beat_at=DATABASE_CLOCK - timedelta(minutes=3))
    check_rosters(now=NOW)
    roster.refresh_from_db()
    assert (roster.state, roster.rows, roster.counts) == ("checked", SIZE, {"fine": SIZE})
    assert RosterRow.objects.count() == SIZE
    confirm_roster(roster_id=roster.pk, actor=make_worker(agreement.organisation), now=NOW)
    killed_in_the_middle("enrol_rosters", tmp_path, lambda: Cover.objects.count() >= 2 * BLOCK)
    assert left > 0
    assert Cover.objects.count() % BLOCK == 0
    assert Cover.objects.count() < SIZE
    Roster.objects.update(beat_at=DATABASE_CLOCK - timedelta(minutes=3))
    enrol_rosters(now=NOW)
    roster.refresh_from_db()
    assert (roster.state, roster.enrolled, Cover.objects.count()) == ("done", SIZE, SIZE)
