from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import Role
from apps.audit.models import Access
from apps.care.models import DoctorContract, FollowUp, Task
from apps.core import clock
from tests.care.factories import CALM, RED, follow_up_task, make_doctor, make_patient, make_visit
from tests.members.factories import make_parent, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def contract():
    return make_patient(now=clock.now())


def form_data(**changes):
    answers = {**CALM, "technique": ["held"], "danger_signs": []}
    common = {"key": uuid4(), "held_on": clock.business_day(clock.now()), "channel": "clinic", "then": "next"}
    return {**answers, **common, **changes}


def body(response, status=200):
    assert response.status_code == status
    return response.content.decode()


def queries_of(client, address):
    with CaptureQueriesContext(connection) as captured:
        body(client.get(address))
    return len(captured)


def test_the_family_chooses_a_doctor_in_two_pages(signed_in):
    person, doctor = make_person(now=clock.now()), make_doctor()
    client = signed_in(person.registered_by)
    assert "40 of 40 places free" in body(client.get(f"/care/doctor/{person.pk}/"))
    address = f"/care/doctor/{person.pk}/{doctor.pk}/"
    assert "as family doctor of" in body(client.get(address))
    key = uuid4()
    for _ in range(2):
        assert client.post(address, {"key": key}).url == f"/care/file/{person.pk}/"
    assert DoctorContract.objects.count() == 1
    assert doctor.user.name in body(client.get(f"/care/file/{person.pk}/"))


def test_a_doctor_who_has_just_become_full_is_said_on_the_page(signed_in):
    person, doctor = make_person(now=clock.now()), make_doctor(places=0)
    page = signed_in(person.registered_by).post(f"/care/doctor/{person.pk}/{doctor.pk}/", {"key": uuid4()})
    assert "has no free place any more" in body(page)


def test_the_clinic_filter_keeps_other_clinics_out(signed_in):
    person, here, there = make_person(), make_doctor(name="Dr Here"), make_doctor(name="Dr There")
    page = body(signed_in(person.registered_by).get(f"/care/doctor/{person.pk}/?clinic={here.clinic_id}"))
    assert "Dr Here" in page
    assert "Dr There" not in page
    assert there.clinic_id != here.clinic_id


def test_strangers_find_nothing_and_the_attempt_is_logged(signed_in, contract):
    visit = make_visit(contract, now=clock.now())
    client = signed_in(make_parent())
    for address in (f"file/{contract.person_id}", f"visit/{visit.pk}", f"doctor/{contract.person_id}", "file/999999"):
        assert client.get(f"/care/{address}/").status_code == 404
    assert Access.objects.filter(rule="denied").count() == 4


def test_the_doctors_pages_do_not_exist_for_others(signed_in, contract):
    task = follow_up_task(contract)
    family = signed_in(contract.person.registered_by)
    for address in ("/care/today/", f"/care/follow-up/{task.pk}/"):
        assert family.get(address).status_code == 404
    other = signed_in(make_doctor(name="Dr Else").user)
    assert other.get(f"/care/follow-up/{task.pk}/").status_code == 404
    assert other.get(f"/care/file/{contract.person_id}/").status_code == 404


def test_today_says_who_and_why_and_logs_the_reading(signed_in, contract):
    make_visit(contract, RED, now=clock.now())
    page = body(signed_in(contract.doctor.user).get("/care/today/"))
    assert contract.person.name in page
    assert "Call the family" in page
    assert "Red zone" in page
    assert Access.objects.filter(reader_id=contract.doctor.user_id, purpose="today&#x27;s list").count() == 0
    assert Access.objects.filter(reader_id=contract.doctor.user_id, purpose="today's list").count() == 1


def test_today_filters_by_counts(signed_in, contract):
    client = signed_in(contract.doctor.user)
    assert contract.person.name in body(client.get("/care/today/?show=all"))
    assert contract.person.name not in body(client.get("/care/today/?show=risk"))
    assert "Nothing to do here" in body(client.get("/care/today/?show=overdue"))
    assert contract.person.name in body(client.get("/care/today/?show=nonsense"))


def test_a_call_is_ticked_off_from_the_list(signed_in, contract):
    make_visit(contract, RED, now=clock.now())
    call = Task.objects.get(kind="call-parent")
    client = signed_in(contract.doctor.user)
    assert client.get(f"/care/task/{call.pk}/done/").status_code == 405
    assert client.post(f"/care/task/{call.pk}/done/").url == "/care/today/"
    call.refresh_from_db()
    assert call.state == "done"


def test_the_form_is_filled_in_from_the_last_visit_but_not_what_must_be_measured(signed_in, contract):
    make_visit(contract, now=clock.now() - timedelta(days=0))
    page = signed_in(contract.doctor.user).get(f"/care/follow-up/{follow_up_task(contract).pk}/")
    form = page.context["form"]
    assert form["pef_best"].initial == 350
    assert form["step"].initial == 2
    assert form["pef_morning"].initial is None
    assert "Last time: 320" in body(page)
    assert form["danger_signs"].initial == []


def test_save_and_next_leads_to_the_next_child_and_a_double_click_changes_nothing(signed_in, contract):
    other = make_patient(contract.doctor, now=clock.now())
    task, following = follow_up_task(contract), follow_up_task(other)
    client, data = signed_in(contract.doctor.user), form_data()
    for _ in range(2):
        answer = client.post(f"/care/follow-up/{task.pk}/", data)
        assert answer.url == f"/care/follow-up/{following.pk}/"
    assert FollowUp.objects.count() == 1
    last = client.post(answer.url, form_data())
    assert last.url == "/care/today/"


def test_an_alert_is_shown_before_the_next_child(signed_in, contract):
    client = signed_in(contract.doctor.user)
    answer = client.post(f"/care/follow-up/{follow_up_task(contract).pk}/", form_data(pef_morning=150))
    visit = FollowUp.objects.get()
    assert answer.url == f"/care/visit/{visit.pk}/"
    page = body(client.get(answer.url))
    assert "Peak flow is 42% of the personal best" in page
    assert "Set by: Gongji" in page
    assert f"/referrals/new/{contract.person_id}/?visit={visit.pk}" in page


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"pef_morning": 30}, "pef_morning", "greater than or equal to 50"),
        ({"pef_morning": 500}, "pef_best", "above the personal best"),
        ({"pef_best": ""}, "pef_best", "Enter the personal best"),
        ({"held_on": "2099-01-01"}, "held_on", "cannot be in the future"),
        ({"held_on": "2020-01-01"}, "held_on", "cannot be before"),
        ({"step": "9"}, "step", "not one of the available choices"),
        ({"fee": "-3"}, "fee", "below zero"),
    ],
)
def test_a_wrong_value_is_said_at_its_field_and_nothing_is_lost(signed_in, contract, change, field, words):
    address = f"/care/follow-up/{follow_up_task(contract).pk}/"
    page = signed_in(contract.doctor.user).post(address, form_data(note="keep this", **change))
    assert words in str(page.context["form"].errors[field])
    assert "keep this" in body(page)
    assert not FollowUp.objects.exists()


def test_opening_a_follow_up_already_written_leads_to_its_visit(signed_in, contract):
    visit = make_visit(contract, now=clock.now())
    page = signed_in(contract.doctor.user).get(f"/care/follow-up/{visit.task_id}/")
    assert page.url == f"/care/visit/{visit.pk}/"


def test_the_file_shows_state_strip_and_table_and_logs_the_rule(signed_in, contract):
    for back in (100, 50, 0):
        make_visit(contract, {**CALM, "height": 120}, now=clock.now() - timedelta(days=0) + timedelta(seconds=-back))
    page = body(signed_in(contract.person.registered_by).get(f"/care/file/{contract.person_id}/"))
    assert "Green zone" in page
    assert "3 measurements; the last on" in page
    assert "As a table" in page
    assert "Write the follow-up" not in page
    assert Access.objects.filter(person_id=contract.person_id, rule="guardian", purpose="health file").count() == 1


def test_the_list_and_the_file_need_the_same_queries_with_3_and_with_60_rows(signed_in):
    doctor, at = make_doctor(places=100), clock.now()
    contracts = [make_patient(doctor, now=at) for _ in range(3)]
    for contract in contracts:
        make_visit(contract, RED, now=at)
    client = signed_in(doctor.user)
    few = queries_of(client, "/care/today/")
    for _ in range(57):
        make_visit(make_patient(doctor, now=at), RED, now=at)
    assert queries_of(client, "/care/today/") == few <= 14


def test_the_list_of_doctors_needs_the_same_queries_with_3_and_with_60(signed_in):
    person = make_person()
    client = signed_in(person.registered_by)
    for _ in range(3):
        make_doctor()
    few = queries_of(client, f"/care/doctor/{person.pk}/")
    for _ in range(57):
        make_doctor()
    assert queries_of(client, f"/care/doctor/{person.pk}/") == few <= 16


def test_a_person_without_the_role_is_no_doctor_whatever_the_contract(signed_in, contract):
    user = contract.doctor.user
    user.roles = [Role.MEMBER]
    user.save()
    assert signed_in(user).get("/care/today/").status_code == 404
