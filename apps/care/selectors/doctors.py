"""Reads of family doctors: who has places, who cares for whom, who is told."""

from __future__ import annotations

from django.db.models import F, QuerySet

from apps.care.models import DoctorContract, FamilyDoctor
from apps.members.models import Guardianship, Person


def doctors_to_choose(clinic_id: int | None = None) -> QuerySet[FamilyDoctor]:
    """Doctors who take patients, those with most free places first; full ones are left out."""
    rows = FamilyDoctor.objects.with_free_places().select_related("user", "clinic")
    if clinic_id is not None:
        rows = rows.filter(clinic_id=clinic_id)
    return rows.order_by((F("places") - F("taken")).desc(), "user__name", "pk")


def contract_of(person_id: int) -> DoctorContract | None:
    """The open contract of a person, if there is one."""
    rows = DoctorContract.objects.filter(person_id=person_id, until=None)
    return rows.select_related("doctor__user", "doctor__clinic").first()


def doctor_of_user(user_id: int) -> FamilyDoctor | None:
    return FamilyDoctor.objects.filter(user_id=user_id).select_related("user", "clinic").first()


def family_user_ids(person: Person) -> list[int]:
    """Everyone who is told about a person: the person and those who act for them."""
    guardians = Guardianship.objects.open().filter(person=person).values_list("guardian_id", flat=True)
    return sorted({*guardians, *([person.user_id] if person.user_id else [])})
