from datetime import timedelta
from threading import Barrier, Thread
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from apps.care.errors import NoFreePlace, NotAccepting
from apps.care.models import DoctorContract, FamilyDoctor, Task
from apps.care.selectors import contract_of, doctors_to_choose
from apps.care.services import choose_doctor, open_due_windows
from apps.core.errors import NotAllowed
from apps.members.models import Grant
from apps.members.permissions import may_read
from apps.reminders.models import Message
from tests.care.factories import follow_up_task, make_clinic, make_doctor, make_patient
from tests.enrolments.factories import make_cover
from tests.members.factories import make_parent, make_person

pytestmark = pytest.mark.django_db


def choose(person, doctor, now, key=None):
    return choose_doctor(
        actor=person.registered_by, person_id=person.pk, doctor_id=doctor.pk, key=key or uuid4(), now=now
    )


def test_choosing_opens_the_file_plans_the_first_follow_up_and_tells_everyone(now):
    contract = make_patient(now=now)
    person, doctor = contract.person, contract.doctor
    assert may_read(user=doctor.user, person_id=person.pk, purpose="health file", now=now)
    task = follow_up_task(contract)
    assert (task.programme, task.assignee) == ("asthma", doctor.user)
    assert task.opens <= now.date() < task.due < task.closes
    told = Message.objects.filter(channel="in-app").values_list("recipient_id", "kind")
    assert set(told) >= {
        (person.registered_by_id, "follow-up-window"),
        (person.registered_by_id, "doctor-signed"),
        (doctor.user_id, "new-patient"),
    }


def test_the_same_form_twice_is_one_contract(now):
    person, doctor, key = make_person(), make_doctor(), uuid4()
    assert choose(person, doctor, now, key) == choose(person, doctor, now, key)
    doctor.refresh_from_db()
    assert (DoctorContract.objects.count(), doctor.taken) == (1, 1)


def test_choosing_the_same_doctor_again_changes_nothing(now):
    person, doctor = make_person(), make_doctor()
    assert choose(person, doctor, now) == choose(person, doctor, now)


def test_another_doctor_ends_the_first_contract_and_takes_over_the_work(now):
    first = make_patient(now=now)
    other, later = make_doctor(name="Dr Lin"), now + timedelta(days=3)
    second = choose(first.person, other, later)
    first.refresh_from_db()
    assert first.until == later.date()
    assert contract_of(first.person_id) == second
    assert not may_read(user=first.doctor.user, person_id=first.person_id, purpose="health file", now=later)
    assert may_read(user=other.user, person_id=first.person_id, purpose="health file", now=later)
    assert follow_up_task(second).assignee == other.user
    assert list(FamilyDoctor.objects.order_by("pk").values_list("taken", flat=True)) == [0, 1]


def test_a_full_or_closed_doctor_refuses_with_words(now):
    full, closed = make_doctor(places=1, name="Dr Full"), make_doctor(is_accepting=False, name="Dr Closed")
    choose(make_person(), full, now)
    with pytest.raises(NoFreePlace, match="Dr Full"):
        choose(make_person(), full, now)
    with pytest.raises(NotAccepting, match="Dr Closed"):
        choose(make_person(), closed, now)


def test_a_stranger_cannot_choose_for_somebody_else(now):
    person, doctor = make_person(), make_doctor()
    with pytest.raises(NotAllowed):
        choose_doctor(actor=make_parent(), person_id=person.pk, doctor_id=doctor.pk, key=uuid4(), now=now)
    with pytest.raises(NotAllowed):
        choose_doctor(actor=make_parent(), person_id=999_999, doctor_id=doctor.pk, key=uuid4(), now=now)


@pytest.mark.django_db(transaction=True)
def test_eight_families_at_once_never_exceed_three_places(now):
    doctor = make_doctor(places=3)
    people = [make_person() for _ in range(8)]
    start, outcomes = Barrier(8), []

    def work(person):
        start.wait()
        try:
            choose(person, doctor, now)
            outcomes.append("in")
        except NoFreePlace:
            outcomes.append("full")
        finally:
            connection.close()

    threads = [Thread(target=work, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    doctor.refresh_from_db()
    assert sorted(outcomes) == ["full"] * 5 + ["in"] * 3
    assert doctor.taken == DoctorContract.objects.filter(until=None).count() == 3


def test_the_database_itself_counts_places_and_refuses_one_too_many(now):
    doctor = make_doctor(places=1)
    choose(make_person(), doctor, now)
    person = make_person()
    with pytest.raises(IntegrityError, match="places_are_never_exceeded"), transaction.atomic():
        DoctorContract.objects.create(
            person=person, doctor=doctor, chosen_by=person.registered_by, since=now.date(), key=uuid4()
        )


def test_the_database_keeps_one_open_contract_a_person_in_order(now):
    contract = make_patient(is_covered=False)
    other = make_doctor()
    values = {"person": contract.person, "doctor": other, "chosen_by": contract.chosen_by, "key": uuid4()}
    with pytest.raises(IntegrityError, match="one_open_contract_a_person"), transaction.atomic():
        DoctorContract.objects.create(since=now.date(), **values)
    with pytest.raises(IntegrityError, match="contract_ends_after_it_starts"), transaction.atomic():
        DoctorContract.objects.create(since=now.date(), until=now.date() - timedelta(days=1), **values)


def test_only_doctors_with_free_places_are_offered_most_places_first(now):
    clinic = make_clinic()
    few, many = make_doctor(clinic, places=2), make_doctor(clinic, places=9)
    make_doctor(clinic, places=0)
    elsewhere = make_doctor(places=5)
    assert list(doctors_to_choose()) == [many, elsewhere, few]
    assert list(doctors_to_choose(clinic.pk)) == [many, few]


def test_a_cover_that_comes_later_brings_its_first_follow_up_by_the_hourly_task(now):
    contract = make_patient(is_covered=False)
    assert open_due_windows(now=now) == 0
    make_cover(contract.person, now=now)
    later = now + timedelta(days=2)
    assert open_due_windows(now=later) == 1
    assert open_due_windows(now=later) == 0
    assert follow_up_task(contract).opens == later.date()


def test_follow_ups_of_an_ended_cover_are_cancelled_and_not_asked_for(now):
    make_patient(now=now)
    after = now + timedelta(days=800)
    assert open_due_windows(now=after) == 1
    assert not Task.objects.open().exists()


def test_nothing_medical_is_open_to_the_doctor_without_the_consent(now):
    contract = make_patient(person=make_person(signed=False), is_covered=False)
    assert Grant.objects.filter(person=contract.person, until=None).count() == 1
    assert not may_read(user=contract.doctor.user, person_id=contract.person_id, purpose="health file", now=now)
