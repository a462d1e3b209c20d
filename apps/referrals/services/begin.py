"""Begin a referral: up by the family doctor, as a draft or sent at once; down by the specialist."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from apps.accounts.models import Role, User
from apps.care.models import FamilyDoctor
from apps.care.permissions import check_cares_for
from apps.care.selectors import contract_of
from apps.core.errors import NotAllowed
from apps.directory.models import Department
from apps.directory.selectors import departments_of_hospitals
from apps.members.models import Person
from apps.referrals.errors import AlreadyReferred, DetailMissing, NoSuchDepartment
from apps.referrals.models import Referral
from apps.referrals.permissions import DESK, departments_of
from apps.referrals.rules.machine import LETTER, step
from apps.referrals.rules.words import Direction, Event, Priority, State, Who
from apps.referrals.services import news, rights
from apps.referrals.services.advance import advance, write


def _department(department_id: int) -> Department:
    department = departments_of_hospitals().exclude(code=DESK).filter(pk=department_id).first()
    if department is None:
        raise NoSuchDepartment
    return department


@transaction.atomic
def open_referral(
    *,
    actor: User,
    person_id: int,
    department_id: int,
    priority: str,
    reason: str,
    key: UUID,
    now: datetime,
    follow_up_id: int | None = None,
) -> Referral:
    """A draft by the family doctor; the same key gives the first one.

    Raises NotYourPatient, NoSuchDepartment, AlreadyReferred (with ``referral_id``).
    """
    contract = check_cares_for(user=actor, person_id=person_id)
    Person.objects.select_for_update().get(pk=person_id)
    known = Referral.objects.filter(key=key, person_id=person_id).first()
    if known:
        return known
    department = _department(department_id)
    _check_none_open(person_id, department.pk)
    referral = Referral.objects.create(
        person_id=person_id,
        doctor=contract.doctor,
        department=department,
        follow_up_id=follow_up_id,
        priority=Priority(priority),
        reason=reason,
        created_at=now,
        key=key,
    )
    found = step(State.START, Event.OPEN)
    if found is None:
        raise NotAllowed
    write(referral, found, role=Who.FAMILY_DOCTOR, actor=actor, payload={}, key=key, now=now)
    return referral


def submit_referral(
    *,
    actor: User,
    person_id: int,
    department_id: int,
    priority: str,
    reason: str,
    consent: bool,
    key: UUID,
    now: datetime,
    follow_up_id: int | None = None,
) -> Referral:
    """Open and send in one go; nothing is left behind when it cannot be sent.  Raises DetailMissing too."""
    if not reason.strip():
        raise DetailMissing("reason")
    if not consent:
        raise DetailMissing("consent")
    with transaction.atomic():
        referral = open_referral(
            actor=actor,
            person_id=person_id,
            department_id=department_id,
            priority=priority,
            reason=reason,
            key=key,
            now=now,
            follow_up_id=follow_up_id,
        )
        if referral.state != State.DRAFT:
            return referral
        return advance(
            referral_id=referral.pk,
            event=Event.SUBMIT,
            actor=actor,
            payload={"reason": reason, "consent": consent},
            key=uuid5(key, Event.SUBMIT),
            now=now,
        )


@transaction.atomic
def send_down(
    *, actor: User, person_id: int, department_id: int, letter: Mapping[str, str], key: UUID, now: datetime
) -> Referral:
    """A letter from the hospital without a referral before it; it goes to the person's family doctor.

    Raises NotAllowed (not a specialist there, or no family doctor), DetailMissing, AlreadyReferred.
    """
    contract = contract_of(person_id)
    works_there = departments_of(actor).filter(pk=department_id).exists()
    if contract is None or not actor.has_role(Role.SPECIALIST) or not works_there:
        raise NotAllowed
    missing = [name for name in LETTER if not letter.get(name)]
    if missing:
        raise DetailMissing(missing[0])
    Person.objects.select_for_update().get(pk=person_id)
    known = Referral.objects.filter(key=key, person_id=person_id).first()
    if known:
        return known
    _check_none_open(person_id, department_id)
    referral = _downward(actor, person_id, contract.doctor, department_id, letter, key, now)
    rights.open_rights(referral, now=now)
    return referral


def _downward(
    actor: User,
    person_id: int,
    doctor: FamilyDoctor,
    department_id: int,
    letter: Mapping[str, str],
    key: UUID,
    now: datetime,
) -> Referral:
    referral = Referral.objects.create(
        person_id=person_id,
        direction=Direction.DOWN,
        doctor=doctor,
        department=_department(department_id),
        priority=Priority.ROUTINE,
        reason=letter["diagnosis"],
        created_at=now,
        key=key,
    )
    found = step(State.START, Event.SEND_DOWN)
    if found is None:
        raise NotAllowed
    written = write(referral, found, role=Who.SPECIALIST, actor=actor, payload=letter, key=key, now=now)
    news.tell(referral, written, now=now)
    return referral


def _check_none_open(person_id: int, department_id: int) -> None:
    """Say it before the form is filled in twice; the database holds it as well."""
    found = Referral.objects.open().filter(person_id=person_id, department_id=department_id).first()
    if found:
        raise AlreadyReferred(referral_id=found.pk)
