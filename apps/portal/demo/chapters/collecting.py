"""A woman collects points in the plan that has them, and pays less for her second year."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID, uuid5

from apps.accounts.models import User
from apps.core.clock import business_day
from apps.enrolments.models import Cover, TaskDone
from apps.enrolments.selectors import terms_of_cover
from apps.enrolments.services import apply_for_cover, start_payment
from apps.members.models import Person
from apps.members.rules.identity import IdentityKind
from apps.members.selectors import texts_for
from apps.members.services import register_person, sign_texts
from apps.plans.rules import DailyTask
from apps.portal.demo.alliance import MEMBER
from apps.portal.demo.story import Story, moment

PLAN, ANSWERS = "pink-companion", {"birads": "2", "conditions": []}
BORN = date(1987, 6, 14)
JOINS = timedelta(days=16)  # after the story has begun
BEFORE_THE_END = timedelta(days=12)  # when she renews
KEYS = UUID("6b1f0c9e-3a3d-4d0c-9c55-0f6b7c8d2e11")


class Collecting:
    """She joins, does small things on most days and renews; without the story's dice."""

    def __init__(self, story: Story) -> None:
        self.story = story

    def begin(self) -> None:
        self.story.surely(moment(self.story.since + JOINS, 10), self._join)

    def _join(self, now: datetime) -> None:
        user = self.story.cast.user(MEMBER.email, MEMBER.name)
        person = register_person(
            actor=user,
            name=MEMBER.name,
            birth_date=BORN,
            sex="female",
            identity_kind=IdentityKind.RESIDENT.value,
            identity_number=self.story.cast.names.identity(BORN, "female"),
            relation="self",
            key=uuid5(KEYS, "person"),
            now=now,
        )
        sign_texts(actor=user, person=person, texts=texts_for(person, on=business_day(now)), assent_name="", now=now)
        self._apply(user, person, business_day(now), now)

    def _apply(self, user: User, person: Person, start: date, now: datetime) -> None:
        cover = apply_for_cover(
            actor=user,
            person_id=person.pk,
            plan_code=PLAN,
            answers=ANSWERS,
            key=uuid5(KEYS, start.isoformat()),
            start=start,
            now=now,
        ).cover
        checkout = start_payment(contribution_id=cover.contributions.get().pk, actor=user, return_url="/", now=now)
        self.story.bank.pay(checkout.key, checkout.amount_fen)
        renewal = moment(cover.end - BEFORE_THE_END, 10)
        self.story.surely(renewal, partial(self._renew, user, person, cover))
        if business_day(renewal) >= self.story.until:
            self.story.surely(moment(self.story.until - timedelta(days=1), 12), partial(self._collect, cover))

    def _renew(self, user: User, person: Person, cover: Cover, now: datetime) -> None:
        self._collect(cover, now)
        self._apply(user, person, cover.end, now)

    def _collect(self, cover: Cover, now: datetime) -> None:
        """What she did since the cover began, in one statement."""
        cover.refresh_from_db()
        terms = terms_of_cover(cover).points
        days = (business_day(now) - cover.start).days + 1
        done = (
            (task, cover.start + timedelta(days=passed))
            for passed in range(days)
            for number, task in enumerate(terms.tasks if terms else ())
            if _is_done(task, number, cover.start + timedelta(days=passed))
        )
        actor = cover.application.actor
        TaskDone.objects.bulk_create(
            TaskDone(cover=cover, task=task.code, day=day, points=task.points, actor=actor, at=moment(day, 21))
            for task, day in done
        )


def _is_done(task: DailyTask, number: int, day: date) -> bool:
    """Most days, the first tasks more often than the last."""
    return (day.toordinal() * (number + 3) + len(task.code)) % 7 < 5 - number
