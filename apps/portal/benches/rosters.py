"""A roster of a million people: from the file that was handed in to rows staged, validated and compared."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from django.db import connection, transaction

from apps.accounts.models import Role, User
from apps.core.clock import business_day
from apps.core.clock import now as clock_now
from apps.core.jobs import muted
from apps.directory.models import Organisation, Post
from apps.enrolments.models import Roster
from apps.enrolments.services import conclude_agreement, upload_roster
from apps.enrolments.services.roster_checking import check_roster
from apps.enrolments.sheets import vault
from apps.members.rules.identity import CHECK_CHARACTERS, FICTIONAL_AREA
from apps.plans.models import PlanVersion
from apps.plans.selectors import terms_of
from apps.plans.services import publish_catalogue
from apps.portal.benches.figure import Figure, peak_megabytes, seconds
from apps.portal.benches.scratch import scratch_database

ROWS, FAULTY, TWICE = 1_000_000, 1_000, 500
AT_ONCE, PIECE = 2_000, 256 * 1024
HEADINGS = "姓名,身份证号,性别,职业\n"
FLOOR_TABLE = """
CREATE TEMPORARY TABLE bench_floor (number integer PRIMARY KEY, name text, identity text, sex text, occupation text)
"""


def roster_import() -> Figure:
    """Seconds from a CSV of a million people to rows staged, validated and compared."""
    with _stage() as (actor, agreement_id, now), TemporaryDirectory() as folder:
        path = Path(folder) / "roster.csv"
        with path.open("wb") as file:
            file.writelines(_pieces())
        floor = seconds(lambda: _copy(path))
        roster = upload_roster(
            actor=actor,
            agreement_id=agreement_id,
            name="bench.csv",
            size=0,
            pieces=_again(path),
            start=business_day(now),
            key=uuid4(),
            now=now,
        )
        before = peak_megabytes()
        try:
            Roster.objects.filter(pk=roster.pk).update(state=Roster.State.CHECKING)
            taken = seconds(lambda: check_roster(roster_id=roster.pk, now=now))
        finally:
            vault.forget(roster.stored_as)
        roster.refresh_from_db()
        _check(roster)
    grown = peak_megabytes() - before
    return Figure(
        name="roster-import",
        value=taken,
        floor=floor,
        ratio=taken / floor,
        unit="seconds",
        goal="<= 6 x the floor, memory grown by <= 150 MB",
        floor_is="COPY of the same rows: read from the file as CSV and written into a table with a primary key",
        is_met=taken / floor <= 6 and grown <= 150,
        details={"rows": ROWS, "counts": roster.counts, "grown_mb": grown, "peak_mb": peak_megabytes()},
    )


@contextmanager
def _stage() -> Iterator[tuple[User, int, datetime]]:
    """A union with an agreement, in a database where nobody is covered yet."""
    now = clock_now()
    with scratch_database(), transaction.atomic(), muted():
        publish_catalogue(now=now)
        union = Organisation.objects.create(code=f"bench-{uuid4().hex[:8]}", kind="union", name_zh="测", name_en="B")
        roles = [Role.SPONSOR, Role.TREASURER]
        actor = User.objects.create(email=f"{uuid4().hex}@bench.example", name="Bench", roles=roles)
        Post.objects.create(user=actor, organisation=union, since=business_day(now))
        agreement = conclude_agreement(
            actor=actor,
            organisation_id=union.pk,
            plan_code=_plan(business_day(now)),
            group_fen=72_00,
            members_confirm=True,
            since=business_day(now),
            until=business_day(now) + timedelta(days=90),
            key=uuid4(),
            now=now,
        )
        yield actor, agreement.pk, now


def _plan(today: date) -> str:
    """One that asks for age and occupation."""
    versions = PlanVersion.objects.in_force(today)
    return next(version.code for version in versions if "occupation" in terms_of(version).facts_asked)


def rows() -> Iterator[tuple[str, str, str, str]]:
    """People of 20 to 57 with numbers that belong to nobody; some mistyped, some there twice."""
    weights = [pow(2, 17 - place, 11) for place in range(17)]
    days = [f"{date(1969, 1, 1) + timedelta(days=day):%Y%m%d}" for day in range(13_500)]
    for i in range(ROWS):
        serial = i if i >= TWICE else i + TWICE
        order = serial // len(days) * 2 + 1
        body = f"{FICTIONAL_AREA}{days[serial % len(days)]}{order:03d}"
        check = CHECK_CHARACTERS[sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11]
        if i >= ROWS - FAULTY:
            check = "0" if check != "0" else "1"
        yield f"成员{chr(0x4E00 + i % 20_000)}{chr(0x4E00 + i % 20_011)}", body + check, "男", "快递员"


def _pieces() -> Iterator[bytes]:
    yield HEADINGS.encode()
    some: list[str] = []
    for row in rows():
        some.append(",".join(row))
        if len(some) == AT_ONCE:
            yield ("\n".join(some) + "\n").encode()
            some.clear()


def _again(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def _copy(path: Path) -> None:
    """The rows of the file into the table, and nothing else."""
    with connection.cursor() as cursor, path.open(newline="", encoding="utf-8") as lines:
        cursor.execute(FLOOR_TABLE)
        with cursor.copy("COPY bench_floor FROM STDIN") as copy:
            for number, row in enumerate(csv.reader(lines), start=1):
                copy.write_row((number, *row))


def _check(roster: Roster) -> None:
    wanted = {"fine": ROWS - FAULTY - TWICE, "repeated": TWICE}
    if (roster.rows, roster.counts) != (ROWS, wanted):
        raise AssertionError(f"{roster.rows} rows: {roster.counts}")
