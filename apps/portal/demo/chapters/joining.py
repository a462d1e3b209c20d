"""A family registers, signs, answers, pays and chooses its doctor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from apps.accounts.models import User
from apps.care.models import FamilyDoctor
from apps.care.services import choose_doctor
from apps.core.clock import business_day
from apps.enrolments.models import Cover
from apps.enrolments.services import apply_for_cover, start_payment
from apps.members.models import Person
from apps.members.rules.family import capacity_of, is_minor
from apps.members.rules.identity import IdentityKind
from apps.members.selectors import texts_for
from apps.members.services import register_person, sign_texts
from apps.portal.demo.families import ASTHMA, BRAIN, HER, PARKINSON, Family
from apps.portal.demo.story import Story

ANSWERS: dict[str, dict[str, Any]] = {
    ASTHMA: {"conditions": ["J45.9"]},
    HER: {"basic_insurance": "city", "conditions": []},
    PARKINSON: {"conditions": ["G20"], "hoehn_yahr": "2"},
    BRAIN: {"brain_screening": "pass", "conditions": []},
}
DECLINED: dict[str, dict[str, Any]] = {
    ASTHMA: {"conditions": ["J30.4"]},
    HER: {"basic_insurance": "national", "conditions": []},
    PARKINSON: {"conditions": ["G20"], "hoehn_yahr": "4"},
    BRAIN: {"brain_screening": "fail", "conditions": []},
}

GIVES_UP, PAID_BEFORE = 37, 3  # of those who pay by the month: who stops, after how many
STAY, FORGET = 0.88, 0.03  # shares of families that renew, and that never pay


@dataclass
class Household:
    """A family as the portal knows it."""

    family: Family
    user: User
    person: Person
    visits: int = 0
    has_doctor: bool = False

    def may_act(self, now: datetime) -> bool:
        """Whether the user still acts for the person: a child that came of age acts alone."""
        is_child = is_minor(self.person.birth_date, business_day(now))
        return capacity_of(self.family.relation, is_minor=is_child) is not None


def _schedule(family: Family, *, is_renewal: bool) -> str:
    """A few families pay in instalments; the lead family does so from its second year."""
    if family.plan == HER:
        return "once"
    if family.number % 30 == GIVES_UP % 30:
        return "monthly"
    return "quarterly" if family.number % 12 == 0 or (family.is_lead and is_renewal) else "once"


class Joining:
    """From the front page to a signed family doctor."""

    def __init__(self, story: Story, joined: Any) -> None:
        self.story = story
        self.joined = joined  # told of each household whose cover has begun

    def begin(self, family: Family) -> None:
        self.story.happens(family.joins, lambda now: self._register(family, now))

    def _register(self, family: Family, now: datetime) -> None:
        user = self.story.cast.user(family.email, family.guardian)
        person = register_person(
            actor=user,
            name=family.name,
            birth_date=family.born,
            sex=family.sex,
            identity_kind=IdentityKind.RESIDENT.value,
            identity_number=family.identity,
            relation=family.relation,
            key=self.story.key(),
            now=now,
        )
        sign_texts(
            actor=user,
            person=person,
            texts=texts_for(person, on=business_day(now)),
            assent_name=person.name,
            now=now,
        )
        home = Household(family, user, person)
        if family.is_declined:
            self._apply(home, DECLINED[family.plan], now)
        else:
            self._apply_and_pay(home, now)

    def _apply_and_pay(self, home: Household, now: datetime, start: date | None = None) -> None:
        cover = self._apply(home, ANSWERS[home.family.plan], now, start)
        if cover is not None and (home.family.is_lead or self.story.random.random() > FORGET):
            self.story.later(now, 1, lambda at: self._pay(home, cover, at))

    def _apply(
        self, home: Household, answers: dict[str, Any], now: datetime, start: date | None = None
    ) -> Cover | None:
        application = apply_for_cover(
            actor=home.user,
            person_id=home.person.pk,
            plan_code=home.family.plan,
            answers=answers,
            key=self.story.key(),
            start=start,
            schedule=_schedule(home.family, is_renewal=start is not None),
            now=now,
        )
        return application.cover if application.accepted else None

    def _pay(self, home: Household, cover: Cover, now: datetime) -> None:
        self._pay_next(home, cover, now)
        self.story.later(now, 4, lambda at: self._settle(home, at))  # once the payment is known
        self.story.happens(cover.end - timedelta(days=12), lambda at: self._renew(home, cover, at))

    def _pay_next(self, home: Household, cover: Cover, now: datetime) -> None:
        """What is due, and so on to the end of the year; some give up after half of it, and the cover lapses."""
        due = list(cover.contributions.due().order_by("due_date")[:2])
        if not due or not home.may_act(now) or (home.family.number % 60 == GIVES_UP and due[0].number > PAID_BEFORE):
            return
        checkout = start_payment(contribution_id=due[0].pk, actor=home.user, return_url="/", now=now)
        self.story.bank.pay(checkout.key, checkout.amount_fen)
        if len(due) > 1:
            day = due[1].due_date + timedelta(days=2)
            self.story.happens(day, lambda at: self._pay_next(home, cover, at))

    def _renew(self, home: Household, cover: Cover, now: datetime) -> None:
        """Most stay for another year."""
        cover.refresh_from_db()
        stays = cover.state == Cover.State.ACTIVE and (home.family.is_lead or self.story.random.random() < STAY)
        if stays and home.may_act(now):
            self._apply_and_pay(home, now, start=cover.end)

    def _settle(self, home: Household, now: datetime) -> None:
        """A first cover brings a doctor; every cover a year of bills."""
        if home.family.plan == ASTHMA and not home.has_doctor:
            self._choose(home, now)
        self.joined(home, now)

    def _choose(self, home: Household, now: datetime) -> None:
        choose_doctor(
            actor=home.user, person_id=home.person.pk, doctor_id=self._doctor(home).pk, key=self.story.key(), now=now
        )
        home.has_doctor = True

    def _doctor(self, home: Household) -> FamilyDoctor:
        """The lead doctor for the first families, then whoever has the most free places."""
        free = FamilyDoctor.objects.with_free_places().order_by("taken", "pk")
        lead = free.filter(user=self.story.cast.workers["doctor"]).first()
        if lead is not None and (home.family.number <= 3 or self.story.random.random() < 0.06):
            return lead
        return free.exclude(user=self.story.cast.workers["doctor"])[0]
