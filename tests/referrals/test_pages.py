from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.audit.models import Access
from apps.core import clock
from apps.referrals.models import Referral
from apps.reminders.texts import url_of
from tests.care.factories import POOR, make_patient, make_visit
from tests.members.factories import make_parent
from tests.referrals.factories import LETTER, bring_to, make_hospital, make_referral, make_slot, move

pytestmark = pytest.mark.django_db


@pytest.fixture
def at():
    return clock.now()


@pytest.fixture
def hospital():
    return make_hospital()


@pytest.fixture
def contract(at):
    return make_patient(now=at)


def body(response, status=200):
    assert response.status_code == status
    return response.content.decode()


def queries_of(client, address):
    with CaptureQueriesContext(connection) as captured:
        body(client.get(address))
    return len(captured)


def test_an_alert_fills_in_everything_but_the_consent(signed_in, hospital, contract, at):
    visit = make_visit(contract, POOR, now=at)
    client = signed_in(contract.doctor.user)
    address = f"/referrals/new/{contract.person_id}/?visit={visit.pk}"
    form = client.get(address).context["form"]
    filled = {name: form[name].initial for name in ("department", "priority", "reason")}
    assert filled["department"] == hospital.respiratory
    assert (filled["priority"], filled["reason"]) == ("urgent", "Asthma is very poorly controlled.")
    data = {**filled, "department": hospital.respiratory.pk, "key": uuid4(), "consent": "on"}
    for _ in range(2):
        answer = client.post(address, data)
        referral = Referral.objects.get()
        assert answer.url == f"/referrals/{referral.pk}/"
    assert (referral.follow_up, referral.state) == (visit, "submitted")


def test_without_consent_nothing_is_sent_and_nothing_is_lost(signed_in, hospital, contract):
    client = signed_in(contract.doctor.user)
    data = {"department": hospital.respiratory.pk, "priority": "routine", "reason": "keep this", "key": uuid4()}
    page = body(client.post(f"/referrals/new/{contract.person_id}/", data))
    assert "consent the referral cannot be sent" in page
    assert "keep this" in page
    assert not Referral.objects.exists()


def test_a_second_referral_leads_to_the_first_one(signed_in, hospital, contract, at):
    referral = make_referral(hospital, contract, now=at)
    client = signed_in(contract.doctor.user)
    address = f"/referrals/new/{contract.person_id}/"
    assert "Track it" in body(client.get(address))
    data = {"department": hospital.respiratory.pk, "priority": "routine", "reason": "again", "consent": "on"}
    assert client.post(address, {**data, "key": uuid4()}).url == f"/referrals/{referral.pk}/"


def test_the_coordinator_books_from_the_desk(signed_in, hospital, contract, at):
    referral = make_referral(hospital, contract, now=at, priority="urgent")
    slot = make_slot(hospital, now=at)
    client = signed_in(hospital.coordinator)
    page = body(client.get("/referrals/desk/"))
    assert contract.person.name in page
    assert "Urgent" in page
    assert "Accept and book" in body(client.get(f"/referrals/{referral.pk}/"))
    address = f"/referrals/{referral.pk}/accept-and-book/"
    assert body(client.get(address))
    data = {"slot": slot.pk, "key": uuid4()}
    for _ in range(2):
        assert client.post(address, data).url == f"/referrals/{referral.pk}/"
    referral.refresh_from_db()
    assert (referral.state, referral.slot) == ("booked", slot)
    assert referral.events.count() == 3


def test_no_free_time_is_no_dead_end(signed_in, hospital, contract, at):
    referral = make_referral(hospital, contract, now=at)
    client = signed_in(hospital.coordinator)
    assert "Accept without one" in body(client.get(f"/referrals/{referral.pk}/accept-and-book/"))
    client.post(f"/referrals/{referral.pk}/accept/", {"key": uuid4()})
    assert contract.person.name in body(client.get("/referrals/desk/?show=slot"))


def test_a_time_that_was_just_taken_is_said_at_its_field(signed_in, hospital, contract, at):
    slot = make_slot(hospital, now=at)
    first, second = make_referral(hospital, now=at), make_referral(hospital, contract, now=at)
    move(first, "accept-and-book", hospital.coordinator, at, slot=slot.pk)
    address = f"/referrals/{second.pk}/accept-and-book/"
    page = signed_in(hospital.coordinator).post(address, {"slot": slot.pk, "key": uuid4()})
    assert page.context["form"].errors["slot"]


def test_the_specialist_sees_writes_the_letter_and_it_comes_back(signed_in, hospital, contract, at):
    referral = bring_to(make_referral(hospital, contract, now=at), hospital, "check-in", at)
    client = signed_in(hospital.specialist)
    assert contract.person.name in body(client.get("/referrals/specialist/"))
    client.post(f"/referrals/{referral.pk}/see/", {"key": uuid4()})
    address = f"/referrals/{referral.pk}/return-letter/"
    missing = client.post(address, {**LETTER, "medicines": "", "key": uuid4()})
    assert missing.context["form"].errors["medicines"]
    assert "Waking at night" in body(missing)
    client.post(address, {**LETTER, "key": uuid4()})
    doctor = signed_in(contract.doctor.user)
    assert "Letter back from the hospital" in body(doctor.get("/care/today/"))
    page = body(doctor.get(f"/referrals/{referral.pk}/"))
    assert "Budesonide twice a day" in page
    assert "Letter read, I take over" in page
    assert doctor.post(f"/referrals/{referral.pk}/ack-return/", {"key": uuid4()}).status_code == 302


def test_the_family_reads_plain_words_and_not_the_doctors_questions(signed_in, hospital, contract, at):
    referral = make_referral(hospital, contract, now=at)
    move(referral, "ask-info", hospital.specialist, at, note="Is the mother reliable?")
    page = body(signed_in(contract.person.registered_by).get(f"/referrals/{referral.pk}/"))
    assert "The hospital asked the family doctor a question" in page
    assert "reliable" not in page
    assert "Next step by" not in page
    staff = body(signed_in(contract.doctor.user).get(f"/referrals/{referral.pk}/"))
    assert "Is the mother reliable?" in staff


def test_the_family_may_cancel_but_says_why(signed_in, hospital, contract, at):
    referral = make_referral(hospital, contract, now=at)
    client = signed_in(contract.person.registered_by)
    address = f"/referrals/{referral.pk}/cancel/"
    assert client.post(address, {"key": uuid4()}).context["form"].errors["note"]
    assert client.post(address, {"key": uuid4(), "note": "Better again"}).status_code == 302


def test_a_form_sent_after_the_referral_moved_on_says_so(signed_in, hospital, contract, at):
    referral = make_referral(hospital, contract, now=at)
    move(referral, "accept", hospital.coordinator, at)
    page = signed_in(hospital.coordinator).post(f"/referrals/{referral.pk}/accept/", {"key": uuid4()})
    assert "somebody has moved the referral on" in body(page)


def test_strangers_find_nothing_and_it_is_logged(signed_in, hospital, contract, at):
    referral = make_referral(hospital, contract, now=at)
    client = signed_in(make_parent())
    for address in (f"/referrals/{referral.pk}/", f"/referrals/{referral.pk}/cancel/", "/referrals/999999/"):
        assert client.get(address).status_code == 404
    assert Access.objects.filter(rule="denied", person_id=contract.person_id).count() == 2
    for address in ("/referrals/desk/", "/referrals/specialist/", f"/referrals/new/{contract.person_id}/"):
        assert client.get(address).status_code == 404
    assert signed_in(hospital.specialist).get(f"/referrals/{referral.pk}/no-such-step/").status_code == 404


def test_a_desk_of_another_hospital_sees_nothing(signed_in, hospital, contract, at):
    make_referral(hospital, contract, now=at)
    page = body(signed_in(make_hospital().coordinator).get("/referrals/desk/"))
    assert contract.person.name not in page


def test_what_is_late_is_said_and_stands_first(signed_in, hospital, at):
    fresh = make_referral(hospital, now=at)
    late = make_referral(hospital, now=at - timedelta(days=4))
    page = body(signed_in(hospital.coordinator).get("/referrals/desk/"))
    assert "Late since" in page
    assert page.index(f"/referrals/{late.pk}/") < page.index(f"/referrals/{fresh.pk}/")


@pytest.mark.parametrize("desk", ["desk", "specialist"])
def test_the_desks_need_the_same_queries_with_3_and_with_60_rows(signed_in, hospital, at, desk):
    client = signed_in(hospital.coordinator if desk == "desk" else hospital.specialist)
    contracts = [make_patient(is_covered=False, now=at) for _ in range(3)]
    for contract in contracts:
        make_referral(hospital, contract, now=at)
    few = queries_of(client, f"/referrals/{desk}/")
    for _ in range(37):
        make_referral(hospital, now=at)
    assert queries_of(client, f"/referrals/{desk}/") == few <= 12


def test_news_leads_to_the_referral():
    assert url_of("referral-news", {"referral_id": 7}) == "/referrals/7/"
