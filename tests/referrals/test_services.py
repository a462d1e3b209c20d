from datetime import datetime, timedelta
from threading import Barrier, Thread
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from apps.care.errors import NotYourPatient
from apps.care.models import Task
from apps.care.services import choose_doctor
from apps.core.errors import NotAllowed
from apps.members.permissions import may_read
from apps.referrals import selectors
from apps.referrals.errors import (
    AlreadyReferred,
    DetailMissing,
    NoSuchDepartment,
    SlotNotOurs,
    SlotTaken,
    StepNotPossible,
)
from apps.referrals.models import Referral, ReferralEvent, Slot
from apps.referrals.rules.words import Who
from apps.referrals.services import open_referral, send_down, submit_referral, sweep_referrals
from apps.reminders.models import Message
from tests.care.factories import make_doctor, make_patient, make_visit
from tests.members.factories import make_parent
from tests.referrals.factories import LETTER, bring_to, make_hospital, make_referral, make_slot, make_worker, move

pytestmark = pytest.mark.django_db


@pytest.fixture
def hospital():
    return make_hospital()


@pytest.fixture
def referral(hospital):
    return make_referral(hospital)


def can_read(user, referral, at):
    return may_read(user=user, person_id=referral.person_id, purpose="referral", now=at)


def test_the_whole_way_up_and_down(hospital, referral, now):
    closed = bring_to(referral, hospital, "first-primary-visit")
    assert (closed.state, closed.owner, closed.act_by, closed.closed_at) == ("closed", None, None, now)
    assert list(closed.events.order_by("number").values_list("target", flat=True)) == [
        "draft", "submitted", "accepted", "booked", "arrived", "in-care", "returned", "resumed", "closed",
    ]  # fmt: skip
    assert selectors.letter_of(closed).watch_for == "Waking at night"


def test_the_hospital_reads_from_the_submission_until_30_days_after_the_end(hospital, now):
    contract = make_patient(is_covered=False)
    assert not may_read(user=hospital.specialist, person_id=contract.person_id, purpose="referral", now=now)
    referral = make_referral(hospital, contract)
    bring_to(referral, hospital, "first-primary-visit")
    for user in (hospital.specialist, hospital.coordinator):
        assert can_read(user, referral, now + timedelta(days=29))
        assert not can_read(user, referral, now + timedelta(days=31))


def test_a_cancelled_referral_is_not_read_any_more(hospital, referral, now):
    family = referral.person.registered_by
    move(referral, "cancel", family, note="We moved away")
    assert not can_read(hospital.specialist, referral, now + timedelta(seconds=1))


def test_a_redirect_moves_the_right_and_keeps_the_clock(hospital, referral, now):
    allergist = make_worker("specialist", hospital.allergy, "Dr Wu")
    later = now + timedelta(hours=1)
    moved = move(
        referral, "redirect", hospital.coordinator, later, department=hospital.allergy.pk, note="Allergy first"
    )
    assert (moved.department, moved.state, moved.act_by) == (hospital.allergy, "submitted", now + timedelta(days=1))
    assert can_read(allergist, moved, later)
    assert not can_read(hospital.specialist, moved, later)
    with pytest.raises(NoSuchDepartment):
        move(moved, "redirect", hospital.coordinator, later, department=hospital.desk.pk, note="x")


def test_the_same_key_is_one_step(hospital, referral):
    key = uuid4()
    first = move(referral, "accept", hospital.coordinator, key=key)
    again = move(referral, "accept", hospital.coordinator, key=key)
    assert first.events.count() == again.events.count() == 3


def test_one_open_referral_a_person_and_department(hospital, referral):
    contract = referral.person.contracts.get()
    with pytest.raises(AlreadyReferred) as refused:
        make_referral(hospital, contract)
    assert refused.value.params["referral_id"] == referral.pk
    assert make_referral(hospital, contract, department=hospital.allergy).state == "submitted"
    move(referral, "cancel", contract.doctor.user, note="Better again")
    assert make_referral(hospital, contract).state == "submitted"


@pytest.mark.parametrize(("field", "values"), [("reason", {"reason": " "}), ("consent", {"consent": False})])
def test_nothing_is_left_behind_when_it_cannot_be_sent(hospital, now, field, values):
    contract = make_patient(is_covered=False)
    complete = {"reason": "x", "consent": True, "priority": "routine", "key": uuid4(), "now": now}
    with pytest.raises(DetailMissing) as missing:
        submit_referral(
            actor=contract.doctor.user,
            person_id=contract.person_id,
            department_id=hospital.respiratory.pk,
            **{**complete, **values},
        )
    assert missing.value.field == field
    assert not Referral.objects.exists()


def test_only_the_family_doctor_refers(hospital, now):
    contract = make_patient(is_covered=False)
    with pytest.raises(NotYourPatient), transaction.atomic():
        open_referral(
            actor=contract.person.registered_by, person_id=contract.person_id, priority="routine", reason="x",
            department_id=hospital.respiratory.pk, key=uuid4(), now=now,
        )  # fmt: skip


def test_who_is_on_no_side_gets_nothing(hospital, referral):
    for stranger in (make_parent(), make_worker("specialist", hospital.allergy, "Dr Wu"), make_hospital().coordinator):
        with pytest.raises(NotAllowed):
            move(referral, "accept", stranger)


@pytest.mark.parametrize(("event", "side"), [("reject", "coordinator"), ("accept", "family"), ("see", "specialist")])
def test_a_step_that_is_not_ones_own_or_not_now_is_refused(hospital, referral, event, side):
    actor = referral.person.registered_by if side == "family" else getattr(hospital, side)
    with pytest.raises(StepNotPossible):
        move(referral, event, actor, note="x", reason_code="other")


@pytest.mark.parametrize(
    ("event", "payload", "missing"),
    [
        ("reject", {"note": "x"}, "reason_code"),
        ("advise-only", {}, "note"),
        ("accept-and-book", {}, "slot"),
        ("ask-info", {"note": ""}, "note"),
    ],
)
def test_a_step_says_what_it_must(hospital, referral, event, payload, missing):
    with pytest.raises(DetailMissing) as refused:
        move(referral, event, hospital.specialist, **payload)
    assert refused.value.field == missing


def test_a_question_stops_the_hospitals_clock_and_gives_the_doctor_work(hospital, referral, now):
    asked = move(referral, "ask-info", hospital.coordinator, now + timedelta(hours=2), note="Which dose?")
    task = Task.objects.get(kind="referral-work")
    assert (asked.owner, task.assignee) == (Who.FAMILY_DOCTOR, referral.doctor.user)
    answered = move(asked, "answer-info", referral.doctor.user, now + timedelta(hours=20), note="100 mcg")
    task.refresh_from_db()
    assert task.state == "done"
    assert answered.act_by == now + timedelta(days=1, hours=18)


def test_the_letter_gives_the_family_doctor_a_task_and_everyone_news(hospital, referral):
    returned = bring_to(referral, hospital, "return-letter")
    task = Task.objects.get(kind="letter-back", state="open")
    assert (task.assignee, task.source_id) == (referral.doctor.user, referral.pk)
    told = Message.objects.filter(kind="return-letter", channel="in-app").values_list("recipient_id", flat=True)
    assert set(told) == {referral.doctor.user_id, referral.person.registered_by_id}
    move(returned, "ack-return", referral.doctor.user)
    assert not Task.objects.open().filter(kind="letter-back").exists()


def test_the_family_is_told_the_time_of_the_appointment(hospital, referral):
    slot = make_slot(hospital)
    move(referral, "accept-and-book", hospital.coordinator, slot=slot.pk)
    message = Message.objects.get(kind="referral-booked", channel="in-app")
    assert message.recipient == referral.person.registered_by
    assert datetime.fromisoformat(message.parameters["starts_at"]) == slot.starts_at


def test_a_new_family_doctor_takes_the_letter_over(hospital, referral, now):
    cared = bring_to(referral, hospital, "see")
    other = make_doctor(name="Dr New")
    choose_doctor(
        actor=referral.person.registered_by, person_id=referral.person_id, doctor_id=other.pk, key=uuid4(), now=now
    )
    returned = move(cared, "return-letter", hospital.specialist, **LETTER)
    assert Task.objects.get(kind="letter-back").assignee == other.user
    assert move(returned, "ack-return", other.user).state == "resumed"


def test_the_desk_can_give_the_letter_to_another_doctor(hospital, referral):
    other = make_doctor()
    returned = bring_to(referral, hospital, "return-letter")
    assert move(returned, "reassign-doctor", hospital.coordinator, doctor=other.pk).doctor == other


def test_a_slot_is_held_moved_and_given_back(hospital, referral, now):
    first, second = make_slot(hospital), make_slot(hospital, hours=48)
    booked = move(referral, "accept-and-book", hospital.coordinator, slot=first.pk)
    rebooked = move(booked, "rebook", referral.person.registered_by, slot=second.pk)
    assert list(Slot.objects.order_by("starts_at").values_list("taken", flat=True)) == [0, 1]
    cancelled = move(rebooked, "cancel", hospital.coordinator, note="Doctor is ill")
    assert (cancelled.state, cancelled.slot) == ("accepted", None)
    assert list(Slot.objects.order_by("starts_at").values_list("taken", flat=True)) == [0, 0]


def test_times_that_are_full_past_or_of_others_are_refused(hospital, referral, now):
    full = make_slot(hospital, places=1)
    bookers = make_referral(hospital)
    move(bookers, "accept-and-book", hospital.coordinator, slot=full.pk)
    past = make_slot(hospital, hours=-1)
    foreign = make_slot(make_hospital())
    for slot, error in ((full, SlotTaken), (past, SlotNotOurs), (foreign, SlotNotOurs)):
        with pytest.raises(error):
            move(referral, "accept-and-book", hospital.coordinator, slot=slot.pk)
    referral.refresh_from_db()
    assert referral.state == "submitted"


@pytest.mark.django_db(transaction=True)
def test_two_desks_never_book_the_same_last_place(now):
    hospital = make_hospital()
    slot, referrals = make_slot(hospital, places=2), [make_referral(hospital) for _ in range(5)]
    start, outcomes = Barrier(5), []

    def work(referral):
        start.wait()
        try:
            move(referral, "accept-and-book", hospital.coordinator, slot=slot.pk)
            outcomes.append("booked")
        except SlotTaken:
            outcomes.append("taken")
        finally:
            connection.close()

    threads = [Thread(target=work, args=(referral,)) for referral in referrals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    slot.refresh_from_db()
    assert sorted(outcomes) == ["booked", "booked", "taken", "taken", "taken"]
    assert slot.taken == 2


def test_a_letter_without_a_referral_starts_at_the_way_down(hospital, now):
    contract, key = make_patient(is_covered=False), uuid4()
    values = {"person_id": contract.person_id, "department_id": hospital.respiratory.pk, "key": key, "now": now}
    sent = send_down(actor=hospital.specialist, letter=LETTER, **values)
    assert send_down(actor=hospital.specialist, letter=LETTER, **values) == sent
    assert (sent.state, sent.direction, sent.owner) == ("returned", "down", Who.FAMILY_DOCTOR)
    assert Task.objects.get(kind="letter-back").assignee == contract.doctor.user
    with pytest.raises(NotAllowed):
        send_down(actor=hospital.coordinator, letter=LETTER, **{**values, "key": uuid4()})
    with pytest.raises(DetailMissing):
        send_down(actor=hospital.specialist, letter={**LETTER, "medicines": ""}, **{**values, "key": uuid4()})


def test_the_clock_drops_old_drafts_and_marks_missed_appointments(hospital, referral, now):
    contract = make_patient(is_covered=False)
    draft = open_referral(
        actor=contract.doctor.user, person_id=contract.person_id, department_id=hospital.respiratory.pk,
        priority="routine", reason="x", key=uuid4(), now=now,
    )  # fmt: skip
    bring_to(referral, hospital, "book")
    assert sweep_referrals(now=now) == 0
    assert sweep_referrals(now=now + timedelta(days=8)) == 2
    assert sweep_referrals(now=now + timedelta(days=8)) == 0
    draft.refresh_from_db()
    referral.refresh_from_db()
    assert (draft.state, referral.state) == ("cancelled", "no-show")


def test_the_first_visit_at_the_clinic_closes_the_referral(hospital, now):
    contract = make_patient(now=now)
    referral = bring_to(make_referral(hospital, contract), hospital, "ack-return")
    assert sweep_referrals(now=now) == 0
    make_visit(contract, now=now + timedelta(days=3))
    assert sweep_referrals(now=now + timedelta(days=3)) == 1
    referral.refresh_from_db()
    last = referral.events.order_by("-number")[0]
    assert (referral.state, last.role, last.actor) == ("closed", "family-doctor", contract.doctor.user)


def test_the_state_moves_only_by_an_event(hospital, referral, now):
    with pytest.raises(IntegrityError, match="last event"), transaction.atomic():
        Referral.objects.filter(pk=referral.pk).update(state="closed")
    with pytest.raises(IntegrityError, match="begins at its start"), transaction.atomic():
        Referral.objects.create(
            person=referral.person, doctor=referral.doctor, department=hospital.allergy, priority="routine",
            reason="x", state="closed", created_at=now, key=uuid4(),
        )  # fmt: skip


def add_event(referral, now, **changes):
    values = {
        "referral": referral, "number": 3, "at": now, "actor": referral.doctor.user, "role": "family-doctor",
        "event": "cancel", "source": "submitted", "target": "cancelled", "content": "{}", "key": uuid4(),
    }  # fmt: skip
    return ReferralEvent.objects.create(**{**values, **changes})


@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("event_is_a_legal_step", {"target": "closed"}),
        ("events_are_numbered", {"number": 1}),
        ("only_the_clock_has_no_name", {"actor": None}),
        ("is not in state", {"source": "accepted"}),
    ],
)
def test_the_database_refuses_events_that_cannot_be(referral, now, constraint, changes):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        add_event(referral, now, **changes)
    referral.refresh_from_db()
    assert referral.state == "submitted"


def test_events_are_only_added_and_unreadable(hospital, referral):
    move(referral, "ask-info", hospital.specialist, note="Which dose?")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        ReferralEvent.objects.filter(referral=referral).update(content="{}")
    rows = ReferralEvent.objects.filter(referral=referral)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        rows._raw_delete(rows.db)
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(content, '') FROM referrals_referralevent")
        assert "dose" not in cursor.fetchone()[0]


def second_referral(referral, now):
    values = {"priority": "routine", "reason": "x", "created_at": now, "key": uuid4()}
    Referral.objects.create(person=referral.person, doctor=referral.doctor, department=referral.department, **values)


@pytest.mark.parametrize(
    ("constraint", "breach"),
    [
        ("one_open_referral_a_department", second_referral),
        ("booked_has_a_slot", lambda referral, now: Referral.objects.filter(pk=referral.pk).update(slot=None)),
        ("slot_is_never_overbooked", lambda referral, now: Slot.objects.update(places=0)),
    ],
)
def test_the_database_keeps_referrals_and_slots_in_order(hospital, referral, now, constraint, breach):
    bring_to(referral, hospital, "book")
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        breach(referral, now)


def test_the_timeline_is_in_plain_words_and_one_query(hospital, referral, django_assert_num_queries):
    bring_to(referral, hospital, "return-letter")
    with django_assert_num_queries(1):
        entries = selectors.timeline_entries(referral.person_id)
    assert entries[0].title == "The specialist wrote the letter for the family doctor"
    assert entries[-1].title == "The referral was sent to the hospital"
