"""Family doctors, contracts and visits for the tests of any app, made by the real services."""

from itertools import count
from uuid import uuid4

from apps.accounts.models import Role
from apps.care.models import FamilyDoctor, Task
from apps.care.services import choose_doctor, log_follow_up
from apps.directory.models import Organisation
from tests.conftest import NOW
from tests.enrolments.factories import make_cover
from tests.members.factories import make_parent, make_person

_serial = count(1)

CALM = {
    "pef_morning": 320, "pef_evening": 320, "pef_best": 350, "day_symptoms": 1, "nights": 0, "reliever": 1,
    "activity": 0, "steroid_courses": 0, "emergency_visits": 0, "admissions": 0, "school_days_lost": 0, "step": 2,
    "adherence": 90, "device": "spacer",
}  # fmt: skip
POOR = {**CALM, "activity": 2}
RED = {**CALM, "pef_morning": 150}


def make_clinic(name="Sunrise Clinic"):
    number = next(_serial)
    return Organisation.objects.create(
        code=f"clinic-{number}", kind="clinic", level="primary", name_en=name, name_zh="朝阳诊所"
    )


def make_doctor(clinic=None, *, places=40, name="Dr Zhou", **fields):
    user = make_parent(f"doctor{next(_serial)}@example.com", Role.FAMILY_DOCTOR, name=name)
    return FamilyDoctor.objects.create(user=user, clinic=clinic or make_clinic(), places=places, **fields)


def make_patient(doctor=None, *, person=None, is_covered=True, now=NOW, **fields):
    """A child with asthma, covered, who has chosen the doctor: the contract."""
    person = person or make_person(now=now, **fields)
    if is_covered:
        make_cover(person, now=now)
    doctor = doctor or make_doctor()
    return choose_doctor(actor=person.registered_by, person_id=person.pk, doctor_id=doctor.pk, key=uuid4(), now=now)


def follow_up_task(contract):
    return Task.objects.open().get(person=contract.person, kind="follow-up")


def make_visit(contract, answers=None, *, now=NOW, **fields):
    """The open follow-up of the patient, logged."""
    task = follow_up_task(contract)
    return log_follow_up(
        actor=contract.doctor.user,
        task_id=task.pk,
        answers=CALM if answers is None else answers,
        key=uuid4(),
        now=now,
        **fields,
    )
