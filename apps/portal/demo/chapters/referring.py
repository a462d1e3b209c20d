"""Some children go up to the hospital and come back with a letter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from apps.accounts.models import User
from apps.care.models import FollowUp
from apps.core.clock import business_day
from apps.portal.demo.chapters.joining import Household
from apps.portal.demo.story import Story, moment
from apps.referrals.models import Referral, Slot
from apps.referrals.rules.words import TERMINAL, Event, State
from apps.referrals.services import advance, submit_referral

CHANCE = {"very-poor": 0.5, "not-well": 0.05}
LETTER = {
    "diagnosis": "支气管哮喘，未控制；合并过敏性鼻炎",
    "medicines": "布地奈德福莫特罗改为每日两次；加鼻用激素，四周后减量",
    "watch_for": "夜间憋醒、说话断续、用缓解药后一小时内再次发作",
    "next_check": "四周后在家庭医生处复查峰流速",
    "refer_again": "红区，或四周内需两次以上急救用药",
}


class Referring:
    def __init__(self, story: Story) -> None:
        self.story = story

    def open_slots(self) -> None:
        """Times the respiratory department keeps for referrals, until a month after today."""
        department = self.story.cast.departments["respiratory"]
        days = (self.story.until - self.story.since).days + 30
        week = [day for n in range(days) if (day := self.story.since + timedelta(days=n)).weekday() < 5]
        times = ((9, "routine", 2), (11, "urgent", 1), (14, "routine", 2))
        Slot.objects.bulk_create(
            Slot(department=department, starts_at=moment(day, hour), priority=priority, places=places)
            for day in week
            for hour, priority, places in times
        )

    def consider(self, home: Household, visit: FollowUp, doctor: User, now: datetime) -> None:
        """After a visit: refer when control is poor and nothing is under way."""
        if self.story.random.random() >= CHANCE.get(visit.control, 0):
            return
        if not Referral.objects.open().filter(person=home.person).exists():
            self._next(self.refer(home.person.pk, doctor, now, visit.pk), 1, self._answer)

    def refer(self, person_id: int, doctor: User, now: datetime, follow_up_id: int | None = None) -> Referral:
        return submit_referral(
            actor=doctor,
            person_id=person_id,
            department_id=self.story.cast.departments["respiratory"].pk,
            priority="routine",
            reason="哮喘控制差，吸入技术已检查，请专科评估升级治疗。",
            consent=True,
            key=self.story.key(),
            now=now,
            follow_up_id=follow_up_id,
        )

    def _next(self, referral: Referral, days: int, step: Callable[[Referral, datetime], None]) -> None:
        start = referral.events.order_by("-number").values_list("at", flat=True)[0]
        self.story.later(start, days, lambda now: step(referral, now))

    def _do(self, referral: Referral, event: Event, who: str, now: datetime, **payload: Any) -> None:
        actor = referral.doctor.user if who == "doctor" else self.story.cast.workers[who]
        advance(referral_id=referral.pk, event=event, actor=actor, payload=payload, key=self.story.key(), now=now)

    def _answer(self, referral: Referral, now: datetime) -> None:
        chance = self.story.random.random()
        if chance < 0.1:
            self._do(referral, Event.ADVISE_ONLY, "specialist", now, note="先规范吸入技术四周，峰流速记录后再评估。")
            self._next(referral, 1, lambda r, at: self._do(r, Event.ACK_ADVICE, "doctor", at))
        elif chance < 0.16:
            self._do(
                referral, Event.REJECT, "specialist", now, reason_code="not-indicated", note="目前轻度，建议社区随访。"
            )
            self._next(
                referral, 1, lambda r, at: self._do(r, Event.ACK_REJECT, "doctor", at, note="两周后复诊，家长已告知。")
            )
        else:
            self._book(referral, now)

    def _book(self, referral: Referral, now: datetime) -> None:
        free = Slot.objects.filter(department=referral.department, priority="routine", starts_at__gt=now)
        slot = next(slot for slot in free.order_by("starts_at") if slot.taken < slot.places)
        self._do(referral, Event.ACCEPT_AND_BOOK, "coordinator", now, slot=slot.pk)
        days = (business_day(slot.starts_at) - business_day(now)).days
        self.story.later(now, days, lambda at: self._visit(referral, at))

    def _visit(self, referral: Referral, now: datetime) -> None:
        self._do(referral, Event.CHECK_IN, "coordinator", now)
        self._do(referral, Event.SEE, "specialist", now + timedelta(minutes=40))
        self._next(referral, self.story.random.randrange(1, 4), self._return)

    def _return(self, referral: Referral, now: datetime) -> None:
        self._do(referral, Event.RETURN_LETTER, "specialist", now, **LETTER)
        self._next(referral, 1, lambda r, at: self._do(r, Event.ACK_RETURN, "doctor", at))
        self._next(referral, 9, self._see_again)

    def _see_again(self, referral: Referral, now: datetime) -> None:
        referral.refresh_from_db()
        if referral.state not in TERMINAL and referral.state == State.RESUMED:
            self._do(referral, Event.FIRST_PRIMARY_VISIT, "doctor", now)
