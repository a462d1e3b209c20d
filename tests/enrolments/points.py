"""Somebody in the second half of a year in the plan with points, and points earned."""

from datetime import date, datetime, timedelta

from apps.enrolments.models import Cover, TaskDone
from apps.members.models import Person
from tests.conftest import NOW
from tests.enrolments.factories import ANSWERS, make_cover
from tests.members.factories import make_person

PINK = "pink-companion"
ANSWERS[PINK] = {"birads": "2", "conditions": []}
BEGAN = NOW - timedelta(days=300)


def make_woman(parent=None, *, birth_date: date = date(1988, 3, 1)) -> Person:
    """A woman who decides for herself."""
    return make_person(parent, name="Mei", birth_date=birth_date, relation="self", now=BEGAN)


def make_year(person: Person | None = None, *, points: int = 0, now: datetime = BEGAN, **more) -> Cover:
    """A year that began 300 days ago, with so many points earned in it."""
    cover = make_cover(person or make_woman(), now=now, **{"plan_code": PINK, **more})
    if points:
        earn(cover, points)
    return cover


def earn(cover: Cover, points: int, *, days: int = 1) -> None:
    """Points on days in a row, as the demo's and the services' rows are."""
    TaskDone.objects.bulk_create(
        TaskDone(
            cover=cover,
            task="walk",
            day=cover.start + timedelta(days=number),
            points=points,
            actor=cover.person.registered_by,
            at=NOW,
        )
        for number in range(days)
    )


def make_next(cover: Cover, **more) -> Cover:
    """The year after a cover, applied for today and paid unless told otherwise."""
    return make_cover(cover.person, **{"plan_code": cover.plan_code, "start": cover.end, **more})
