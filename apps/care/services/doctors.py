"""Choose a family doctor: a place is taken, the file is opened to the doctor, the first follow-up is planned."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.care.errors import NoFreePlace, NotAccepting
from apps.care.models import DoctorContract, FamilyDoctor, Task
from apps.care.selectors.doctors import family_user_ids
from apps.care.services.windows import plan_first_follow_ups
from apps.core.clock import business_day
from apps.core.errors import NotAllowed
from apps.members.models import Person
from apps.members.permissions import check_may_act
from apps.members.rules.access import Rule
from apps.members.services import close_grants, open_grant
from apps.reminders.services import News, remind

LABEL = "care.doctorcontract"


@transaction.atomic
def choose_doctor(*, actor: User, person_id: int, doctor_id: int, key: UUID, now: datetime) -> DoctorContract:
    """Sign with a family doctor, ending an earlier contract; the same key or the same doctor changes nothing.

    Raises NotAllowed, NoFreePlace, NotAccepting.
    """
    person = Person.objects.select_for_update().filter(pk=person_id).first()
    if person is None:
        raise NotAllowed
    check_may_act(user=actor, person=person, now=now)
    current = DoctorContract.objects.filter(person=person, until=None).select_related("doctor__user").first()
    if current and (current.doctor_id == doctor_id or current.key == key):
        return current
    doctor = _locked_doctor(doctor_id, current)
    if current:
        _end(current, now=now)
    contract = DoctorContract.objects.create(
        person=person, doctor=doctor, chosen_by=actor, since=business_day(now), key=key
    )
    if current:
        Task.objects.open().filter(person=person, assignee=current.doctor.user).update(assignee=doctor.user)
    _hand_over(contract, now=now)
    record_event(actor_id=actor.pk, action="doctor.chosen", target=(LABEL, contract.pk), now=now)
    return contract


def _locked_doctor(doctor_id: int, current: DoctorContract | None) -> FamilyDoctor:
    """The chosen doctor, a place held by the lock; two doctors are locked in one order so that none waits in a ring."""
    ids = [doctor_id, *([current.doctor_id] if current else [])]
    rows = FamilyDoctor.objects.select_for_update(of=("self",)).select_related("user")
    doctor = {row.pk: row for row in rows.filter(pk__in=ids).order_by("pk")}.get(doctor_id)
    if doctor is None:
        raise NotAllowed
    if not doctor.is_accepting:
        raise NotAccepting(doctor=doctor.user.name)
    if doctor.free_places <= 0:
        raise NoFreePlace(doctor=doctor.user.name)
    return doctor


def _end(contract: DoctorContract, *, now: datetime) -> None:
    contract.until = business_day(now)
    contract.save(update_fields=["until"])
    close_grants(source=(LABEL, contract.pk), at=now, now=now)


def _hand_over(contract: DoctorContract, *, now: datetime) -> None:
    """Open the file to the new doctor, plan what is missing, tell everyone."""
    person, doctor = contract.person, contract.doctor
    open_grant(
        person_id=person.pk,
        grantee_user_id=doctor.user_id,
        rule=Rule.FAMILY_DOCTOR,
        purpose="care",
        since=now,
        source=(LABEL, contract.pk),
        now=now,
    )
    plan_first_follow_ups(contract=contract, now=now)
    parameters = {"person": person.name, "person_id": person.pk, "doctor": doctor.user.name}
    told = {"doctor-signed": family_user_ids(person), "new-patient": [doctor.user_id]}
    remind(
        *(News(to, kind, parameters, key=f"{LABEL}:{contract.pk}:{kind}") for kind, to in told.items()),
        now=now,
    )
