"""A hospital with a desk, and referrals brought to any state by the real services."""

from datetime import timedelta
from itertools import count
from types import SimpleNamespace
from uuid import uuid4

from apps.accounts.models import Role
from apps.directory.models import Department, Organisation, Post
from apps.referrals.permissions import DESK
from apps.referrals.services import advance, offer_slot, submit_referral
from tests.care.factories import make_patient
from tests.conftest import NOW
from tests.members.factories import make_parent

_serial = count(1)
LETTER = {
    "diagnosis": "Asthma, moderate",
    "medicines": "Budesonide twice a day",
    "watch_for": "Waking at night",
    "next_check": "In four weeks at the clinic",
    "refer_again": "After another attack",
}
WAY = ["accept", "book", "check-in", "see", "return-letter", "ack-return", "first-primary-visit"]


def make_worker(role, department, name):
    user = make_parent(f"{role}{next(_serial)}@example.com", role, name=name)
    Post.objects.create(user=user, organisation=department.organisation, department=department, since=NOW.date())
    return user


def make_hospital():
    """A hospital with a respiratory department, another one, its referral desk, and one person at each."""
    number = next(_serial)
    hospital = Organisation.objects.create(
        code=f"hospital-{number}", kind="hospital", level="tertiary", name_en="Children's Hospital", name_zh="儿童医院"
    )
    names = {"respiratory": ("Respiratory", "呼吸科"), "allergy": ("Allergy", "变态反应科"), DESK: ("Desk", "转诊办")}
    rows = {
        code: Department.objects.create(organisation=hospital, code=code, name_en=en, name_zh=zh)
        for code, (en, zh) in names.items()
    }
    return SimpleNamespace(
        organisation=hospital,
        respiratory=rows["respiratory"],
        allergy=rows["allergy"],
        desk=rows[DESK],
        coordinator=make_worker(Role.COORDINATOR, rows[DESK], "Ms Chen"),
        specialist=make_worker(Role.SPECIALIST, rows["respiratory"], "Dr Gao"),
    )


def make_slot(hospital, *, hours=24, places=1, now=NOW, priority="routine"):
    return offer_slot(
        department_id=hospital.respiratory.pk, starts_at=now + timedelta(hours=hours), priority=priority, places=places
    )


def make_referral(hospital, contract=None, *, now=NOW, priority="routine", department=None):
    """A referral just sent by the family doctor."""
    contract = contract or make_patient(is_covered=False, now=now)
    return submit_referral(
        actor=contract.doctor.user,
        person_id=contract.person_id,
        department_id=(department or hospital.respiratory).pk,
        priority=priority,
        reason="Asthma is very poorly controlled.",
        consent=True,
        key=uuid4(),
        now=now,
    )


def move(referral, event, actor, now=NOW, key=None, **payload):
    return advance(referral_id=referral.pk, event=event, actor=actor, payload=payload, key=key or uuid4(), now=now)


def bring_to(referral, hospital, last, now=NOW):
    """Along the usual way up to and including the event ``last``."""
    for event in WAY[: WAY.index(last) + 1]:
        doctor = referral.doctor.user
        actor = {"see": hospital.specialist, "return-letter": hospital.specialist}.get(event, hospital.coordinator)
        actor = doctor if event in {"ack-return", "first-primary-visit"} else actor
        payload = LETTER if event == "return-letter" else {}
        if event == "book":
            payload = {"slot": make_slot(hospital, hours=24 + next(_serial), now=now).pk}
        referral = move(referral, event, actor, now, **payload)
    return referral
