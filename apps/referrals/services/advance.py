"""The one way to change a referral: check the step, do what belongs to it, write the event, tell everyone."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.care.models import FamilyDoctor
from apps.core.errors import NotAllowed
from apps.directory.selectors import departments_of_hospitals
from apps.referrals import terms
from apps.referrals.errors import DetailMissing, NoSuchDepartment, NoSuchDoctor, StepNotPossible
from apps.referrals.models import Referral, ReferralEvent
from apps.referrals.permissions import DESK, roles_of
from apps.referrals.rules.clocks import act_by
from apps.referrals.rules.machine import Transition, step
from apps.referrals.rules.words import TERMINAL, Event, Priority, State, Who
from apps.referrals.services import news, rights, slots

Payload = Mapping[str, Any]
LINKS = frozenset({"slot", "department", "doctor", "reason_code", "consent"})


@transaction.atomic
def advance(
    *, referral_id: int, event: str, actor: User | None, payload: Payload, key: UUID, now: datetime
) -> Referral:
    """Move a referral by one event; the same key gives the referral as it is, without doing anything twice.

    ``payload`` holds what the event needs (``machine.TRANSITIONS``); ``actor`` None is the clock.
    Raises NotAllowed, StepNotPossible, DetailMissing, SlotTaken, SlotNotOurs, NoSuchDepartment, NoSuchDoctor.
    """
    referral = _locked(referral_id)
    if ReferralEvent.objects.filter(key=key, referral=referral).exists():
        return referral
    roles = roles_of(user=actor, referral=referral, now=now)
    if not roles:
        raise NotAllowed
    found = step(State(referral.state), Event(event))
    if found is None or not found.by & roles:
        raise StepNotPossible
    _check_details(found, payload)
    _effect_before(referral, found, payload, now=now)
    written = write(referral, found, role=_role(found, roles), actor=actor, payload=payload, key=key, now=now)
    _effect_after(referral, found, now=now)
    news.tell(referral, written, now=now)
    return referral


def _locked(referral_id: int) -> Referral:
    rows = Referral.objects.select_for_update(of=("self",))
    rows = rows.select_related("person", "doctor__user", "department__organisation", "slot")
    referral = rows.filter(pk=referral_id).first()
    if referral is None:
        raise NotAllowed
    return referral


def _role(found: Transition, roles: frozenset[Who]) -> Who:
    """The side in whose name it is done, when somebody stands on several."""
    return next(who for who in Who if who in found.by & roles)


def _check_details(found: Transition, payload: Payload) -> None:
    for name in found.needs:
        if not payload.get(name):
            raise DetailMissing(name)


def write(
    referral: Referral,
    found: Transition,
    *,
    role: Who,
    actor: User | None,
    payload: Payload,
    key: UUID,
    now: datetime,
) -> ReferralEvent:
    """Add the event; the database moves the state with it.  Then set the owner's clock."""
    content = {name: str(value) for name, value in payload.items() if name not in LINKS and value not in (None, "")}
    event = ReferralEvent.objects.create(
        referral=referral,
        number=referral.events.count() + 1,
        at=now,
        actor=actor,
        role=role,
        event=found.event,
        source=found.source,
        target=found.target,
        reason_code=str(payload.get("reason_code") or ""),
        content=json.dumps(content, ensure_ascii=False),
        key=key,
    )
    referral.state = found.target
    _set_clock(referral, now=now)
    detail = {"event": found.event.value}
    actor_id = actor.pk if actor else None
    record_event(actor_id=actor_id, action="referral.moved", target=(news.LABEL, referral.pk), now=now, detail=detail)
    return event


def _set_clock(referral: Referral, *, now: datetime) -> None:
    history = [(State(target), at) for target, at in referral.events.order_by("number").values_list("target", "at")]
    state = State(referral.state)
    referral.act_by = act_by(state=state, priority=Priority(referral.priority), history=history, clocks=terms.clocks())
    if state is State.SUBMITTED and referral.submitted_at is None:
        referral.submitted_at = now
    if state in TERMINAL:
        referral.closed_at = now
    referral.save(update_fields=["act_by", "submitted_at", "closed_at"])


def _hold_slot(referral: Referral, payload: Payload, now: datetime) -> None:
    slots.hold(referral, int(payload["slot"]), now=now)


def _change_department(referral: Referral, payload: Payload, now: datetime) -> None:
    rows = departments_of_hospitals().exclude(code=DESK)
    department = rows.filter(pk=int(payload["department"])).first()
    if department is None or department.pk == referral.department_id:
        raise NoSuchDepartment
    referral.department = department
    referral.save(update_fields=["department"])
    rights.move_rights(referral, now=now)


def _change_doctor(referral: Referral, payload: Payload, now: datetime) -> None:
    doctor = FamilyDoctor.objects.filter(pk=int(payload["doctor"])).select_related("user").first()
    if doctor is None:
        raise NoSuchDoctor
    referral.doctor = doctor
    referral.save(update_fields=["doctor"])


BEFORE: dict[Event, Callable[[Referral, Payload, datetime], None]] = {
    Event.BOOK: _hold_slot,
    Event.REBOOK: _hold_slot,
    Event.ACCEPT_AND_BOOK: _hold_slot,
    Event.REDIRECT: _change_department,
    Event.REASSIGN_DOCTOR: _change_doctor,
}


def _effect_before(referral: Referral, found: Transition, payload: Payload, *, now: datetime) -> None:
    if found.event in BEFORE:
        BEFORE[found.event](referral, payload, now)


def _effect_after(referral: Referral, found: Transition, *, now: datetime) -> None:
    if found.event is Event.SUBMIT:
        rights.open_rights(referral, now=now)
    if found.source in {State.BOOKED, State.NO_SHOW} and found.event is Event.CANCEL:
        slots.give_back(referral)
    if found.target in TERMINAL:
        rights.end_rights(referral, now=now)
