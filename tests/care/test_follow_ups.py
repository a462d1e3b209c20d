import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.care import selectors, wording
from apps.care.errors import NotYourPatient, TaskIsClosed, VisitAhead, VisitBefore
from apps.care.models import FollowUp, Observation, Task
from apps.care.rules.schedule import Window
from apps.care.services import add_task, finish_task, log_follow_up
from apps.reminders.models import Message
from tests.care.factories import CALM, POOR, RED, follow_up_task, make_doctor, make_patient, make_visit
from tests.fund.concurrency import at_once

pytestmark = pytest.mark.django_db


def log(contract, now, answers=CALM, *, task=None, key=None, actor=None, **fields):
    return log_follow_up(
        actor=actor or contract.doctor.user,
        task_id=(task or follow_up_task(contract)).pk,
        answers=answers,
        key=key or uuid4(),
        now=now,
        **fields,
    )


@pytest.fixture
def contract(now):
    return make_patient(now=now)


def test_a_visit_is_read_kept_and_followed_by_the_next_window(contract, now):
    visit = log(contract, now, note="Inhaler checked")
    assert (visit.zone, visit.control, visit.alerts, visit.form_version) == ("green", "well", [], 1)
    numbers = dict(Observation.objects.filter(follow_up=visit).values_list("code", "value"))
    assert (numbers["pef_best"], numbers["step"]) == (350, 2)
    assert "device" not in numbers
    assert visit.task.state == Task.State.DONE
    assert follow_up_task(contract).due == (now + timedelta(days=90)).date()


@pytest.mark.parametrize(("answers", "days"), [(CALM, 90), ({**CALM, "nights": 3}, 30), (POOR, 14), ({}, 30)])
def test_the_next_window_is_by_the_state_of_control(contract, now, answers, days):
    log(contract, now, answers)
    assert follow_up_task(contract).due == (now + timedelta(days=days)).date()


def test_the_same_form_twice_is_one_visit(contract, now):
    key, task = uuid4(), follow_up_task(contract)
    assert log(contract, now, task=task, key=key) == log(contract, now, task=task, key=key)
    assert FollowUp.objects.count() == 1
    with pytest.raises(TaskIsClosed):
        log(contract, now, task=task)


def test_what_a_visit_brings_is_written_in_one_round_trip(contract, now):
    task = follow_up_task(contract)
    with CaptureQueriesContext(connection) as asked:
        log(contract, now, task=task)
    written = [query["sql"] for query in asked if '"care_observation"' in query["sql"]]
    assert len(written) == 1
    assert '"reminders_message"' in written[0]
    assert '"audit_event"' in written[0]


@pytest.mark.django_db(transaction=True)
def test_the_same_form_twice_at_once_is_one_visit(now):
    contract = make_patient(now=now)
    key, task = uuid4(), follow_up_task(contract)
    visits = at_once(lambda _: log(contract, now, task=task, key=key), times=4)
    assert visits == [FollowUp.objects.get()] * 4
    assert Message.objects.filter(kind="follow-up-done").count() == 1
    assert Task.objects.filter(state=Task.State.OPEN).count() == 1


def test_a_late_follow_up_is_as_welcome(contract, now):
    late = now + timedelta(days=200)
    assert log(contract, late).held_at == late


def test_a_visit_cannot_be_in_the_future(contract, now):
    with pytest.raises(VisitAhead):
        log(contract, now, held_at=now + timedelta(hours=1))


def test_a_visit_cannot_be_before_the_contract_nor_before_the_last_one(contract, now):
    task = follow_up_task(contract)
    with pytest.raises(VisitBefore) as caught:
        log(contract, now, task=task, held_at=now - timedelta(days=1))
    assert caught.value.params == {"day": contract.since.isoformat()}
    later = now + timedelta(days=60)
    log(contract, later, task=task)
    with pytest.raises(VisitBefore) as caught:
        log(contract, later, held_at=later - timedelta(days=1))
    assert caught.value.params == {"day": later.date().isoformat()}
    assert FollowUp.objects.count() == 1


def test_only_the_doctor_of_the_contract_logs(contract, now):
    with pytest.raises(NotYourPatient):
        log(contract, now, actor=make_doctor(name="Dr Else").user)
    assert not FollowUp.objects.exists()


def test_a_red_zone_asks_for_a_call_the_next_day_and_suggests_an_urgent_referral(contract, now):
    visit = log(contract, now, RED)
    call = Task.objects.get(kind="call-parent")
    assert (call.assignee, call.due) == (contract.doctor.user, (now + timedelta(days=1)).date())
    suggestion = wording.referral_suggestion(visit)
    assert suggestion.is_urgent
    assert suggestion.department_code == "respiratory"
    assert suggestion.reason == "Peak flow is 42% of the personal best, below 50%. Asthma is very poorly controlled."


def test_an_alert_says_what_was_seen_which_rule_fired_and_who_set_it(contract, now):
    card = wording.alert_cards(log(contract, now, RED))[0]
    assert (card.tone, card.seen) == ("stop", "Peak flow is 42% of the personal best, below 50%")
    assert "120" in card.advice
    assert card.rule == "ALA zones: below 50 %"
    assert "hospital" in card.set_by


def test_a_calm_visit_suggests_nothing(contract, now):
    assert wording.referral_suggestion(log(contract, now)) is None


def test_earlier_attacks_of_the_year_count(contract, now):
    log(contract, now, {**CALM, "steroid_courses": 1})
    second = log(contract, now + timedelta(days=60), {**CALM, "steroid_courses": 1})
    assert [alert["code"] for alert in second.alerts] == ["exacerbations"]
    assert (second.control, second.decided_by) == ("not-well", ["steroid_courses"])
    third = log(contract, now + timedelta(days=500), CALM)
    assert third.alerts == []


def test_the_family_hears_of_the_visit_in_the_portal_only(contract, now):
    log(contract, now)
    rows = Message.objects.filter(kind="follow-up-done").values_list("recipient_id", "channel")
    assert list(rows) == [(contract.person.registered_by_id, "in-app")]


def test_answers_and_note_are_unreadable_in_the_database(contract, now):
    visit = log(contract, now, note="grandmother smokes")
    with connection.cursor() as cursor:
        cursor.execute("SELECT note || answers FROM care_followup WHERE id = %s", [visit.pk])
        stored = cursor.fetchone()[0]
    assert "smokes" not in stored
    assert "pef" not in stored
    assert json.loads(FollowUp.objects.get().answers) == CALM


def test_the_database_refuses_to_change_a_visit(contract, now):
    visit = log(contract, now)
    for rows in (FollowUp.objects.filter(pk=visit.pk), Observation.objects.filter(follow_up=visit)):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            rows._raw_delete(rows.db)
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            rows.update(person=contract.person)


def test_a_call_is_ticked_off_once_and_by_its_own_doctor(contract, now):
    log(contract, now, RED)
    call = Task.objects.get(kind="call-parent")
    with pytest.raises(NotYourPatient):
        finish_task(task_id=call.pk, actor=make_doctor().user, now=now)
    first = finish_task(task_id=call.pk, actor=contract.doctor.user, now=now)
    again = finish_task(task_id=call.pk, actor=contract.doctor.user, now=now + timedelta(hours=1))
    assert first.finished_at == again.finished_at == now


def test_a_follow_up_is_not_ticked_off_without_a_visit(contract, now):
    with pytest.raises(TaskIsClosed):
        finish_task(task_id=follow_up_task(contract).pk, actor=contract.doctor.user, now=now)


def test_the_database_keeps_tasks_in_order(contract, now):
    task, day = follow_up_task(contract), now.date()
    for name, values in {
        "window_in_order": {"opens": day + timedelta(days=900)},
        "task_finished_when": {"state": "done"},
        "follow_up_has_a_programme": {"programme": ""},
    }.items():
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            Task.objects.filter(pk=task.pk).update(**values)
    with pytest.raises(IntegrityError, match="one_open_follow_up_a_programme"), transaction.atomic():
        add_task(
            person_id=contract.person_id, assignee_id=task.assignee_id, kind="follow-up", programme="asthma",
            window=Window(day, day, day), source=("x", 1), key="second", now=now,
        )  # fmt: skip


def test_the_timeline_tells_of_doctor_and_visits_in_the_same_queries(contract, now, django_assert_num_queries):
    visit = log(contract, now)
    with django_assert_num_queries(2):
        entries = selectors.timeline_entries(contract.person_id)
    assert [entry.title for entry in entries] == ["Follow-up with Dr Zhou", "Dr Zhou became the family doctor"]
    assert entries[0].url.endswith(f"/visit/{visit.pk}/")
    make_visit(contract, now=now + timedelta(days=90))
    with django_assert_num_queries(2):
        assert len(selectors.timeline_entries(contract.person_id)) == 3
