"""Who hears of a step, and who gets work from it."""

from __future__ import annotations

from datetime import datetime

from apps.care.models import FamilyDoctor, Task
from apps.care.rules.schedule import Window
from apps.care.selectors import contract_of, family_user_ids
from apps.care.services import add_task, finish_tasks_of
from apps.core.clock import business_day
from apps.referrals.models import Referral, ReferralEvent
from apps.referrals.rules.words import Event, State, Who
from apps.reminders.services import News, remind

LABEL = "referrals.referral"
BOOKINGS = {Event.BOOK, Event.REBOOK, Event.ACCEPT_AND_BOOK}
QUIET = {Event.OPEN, Event.DISCARD, Event.CHECK_IN, Event.WALK_IN, Event.DECEASED, Event.LEFT_UNSEEN}


def responsible_doctor(referral: Referral) -> FamilyDoctor:
    """The doctor of the open contract; the referring one when there is none."""
    contract = contract_of(referral.person_id)
    return contract.doctor if contract else referral.doctor


def tell(referral: Referral, step: ReferralEvent, *, now: datetime) -> None:
    """News to the family, news and work to the family doctor; work of the step before is done."""
    finish_tasks_of(source=(LABEL, referral.pk), actor_id=step.actor_id, now=now)
    doctor = responsible_doctor(referral)
    if step.event not in QUIET:
        remind(_news(referral, step, family_user_ids(referral.person), _kind_for_family(step), now), now=now)
    if referral.owner is Who.FAMILY_DOCTOR and step.actor_id != doctor.user_id:
        remind(_news(referral, step, [doctor.user_id], _kind_for_doctor(step), now), now=now)
        _give_work(referral, step, doctor, now=now)


def _kind_for_family(step: ReferralEvent) -> str:
    if step.event in BOOKINGS:
        return "referral-booked"
    return "return-letter" if step.event == Event.RETURN_LETTER else "referral-news"


def _kind_for_doctor(step: ReferralEvent) -> str:
    return "return-letter" if step.target == State.RETURNED else "referral-work"


def _news(referral: Referral, step: ReferralEvent, user_ids: list[int], kind: str, now: datetime) -> News:
    department = referral.department
    parameters: dict[str, object] = {
        "person": referral.person.name,
        "department": {"zh": department.name_zh, "en": department.name_en},
        "referral_id": referral.pk,
        "by_at": referral.act_by or now,
    }
    if referral.slot:
        parameters["starts_at"] = referral.slot.starts_at
    return News(user_ids, kind, parameters, key=f"{LABEL}:{referral.pk}:{step.number}")


def _give_work(referral: Referral, step: ReferralEvent, doctor: FamilyDoctor, *, now: datetime) -> None:
    today = business_day(now)
    due = max(today, business_day(referral.act_by or now))
    add_task(
        person_id=referral.person_id,
        assignee_id=doctor.user_id,
        kind=Task.Kind.LETTER_BACK if step.target == State.RETURNED else Task.Kind.REFERRAL_WORK,
        window=Window(today, due, due),
        source=(LABEL, referral.pk),
        key=f"{LABEL}:{referral.pk}:{step.number}",
        now=now,
    )
