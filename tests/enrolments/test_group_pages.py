"""The pages of groups and of those they offer a place, without JavaScript."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.accounts.models import Role
from apps.audit.models import Event
from apps.enrolments.models import Agreement, Invoice, Place, Roster
from apps.enrolments.services import check_rosters, enrol_rosters
from apps.payments.models import Checkout
from tests.conftest import NOW
from tests.enrolments.groups import (
    NEW_WORK,
    as_csv,
    checked,
    county,
    enrolled,
    make_agreement,
    make_group,
    make_worker,
    number,
    people,
)
from tests.enrolments.test_places import offered
from tests.members.factories import make_parent

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def url(name, *args):
    return reverse(f"enrolments:{name}", args=args)


def text(answer):
    return answer.content.decode()


def typed(content=None, **fields):
    file = SimpleUploadedFile("成员名单.csv", as_csv(people(2)) if content is None else content)
    return {"key": str(uuid4()), "start": str(TODAY), "file": file, **fields}


def test_from_the_upload_over_the_second_person_to_the_payment(client):
    agreement = county()
    first, second = make_worker(agreement.organisation), make_worker(agreement.organisation)
    client.force_login(first)
    assert url("upload", agreement.pk) in text(client.get(url("group", agreement.pk)))
    sent = client.post(url("upload", agreement.pk), typed(as_csv([*people(2), ("王芳", "1")])))
    roster = Roster.objects.get()
    assert sent.url == url("roster", roster.pk)
    waiting = text(client.get(sent.url))
    assert "0%, 0 rows read" in waiting
    assert "people enrolled" not in waiting
    part = client.get(sent.url, headers={"HX-Request": "true", "HX-Target": "roster-progress"})
    assert text(part).strip() in waiting
    check_rosters(now=NOW)
    done = client.get(sent.url, headers={"HX-Request": "true", "HX-Target": "roster-progress"})
    assert done.headers["HX-Refresh"] == "true"
    page = text(client.get(sent.url))
    assert "Waits for a second person" in page
    assert "Row 4: A resident identity number has 18 characters; this one has 1." in page
    assert "¥66.00" in page
    assert url("confirm", roster.pk) not in page
    assert client.get(url("confirm", roster.pk)).status_code == 409
    client.force_login(second)
    assert "1 roster waits for you" in text(client.get(reverse("portal:home")))
    assert "Enrol 2 people?" in text(client.get(url("confirm", roster.pk)))
    client.post(url("confirm", roster.pk))
    assert "Enrolling the people" in text(client.get(sent.url))
    enrol_rosters(now=NOW)
    page = text(client.get(url("group", agreement.pk)))
    assert "¥66.00" in page
    assert "成员名单.csv" in page
    assert "¥66.00" in text(client.get(url("pay_group", agreement.pk)))
    paying = client.post(url("pay_group", agreement.pk))
    assert paying.url == Checkout.objects.get().pay_url
    assert Invoice.objects.get().number in text(client.get(url("group", agreement.pk)))


def test_nothing_owed_is_said_and_paid_by_nobody(client):
    agreement = make_agreement()
    client.force_login(make_worker(agreement.organisation))
    assert "Nothing is owed" in text(client.get(url("pay_group", agreement.pk)))
    assert client.post(url("pay_group", agreement.pk)).url == url("group", agreement.pk)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"file": SimpleUploadedFile("a.xlsx", b"MZ\x00\x00")}, "neither a CSV nor an Excel workbook"),
        ({"file": SimpleUploadedFile("a.csv", b"")}, "The file is empty"),
        ({"file": ""}, "Choose the file"),
        ({"start": "2020-01-01"}, "cannot be in the past"),
        ({"start": str(TODAY + timedelta(days=400))}, "within the next 90 days"),
        ({"start": "soon"}, "Enter a real date"),
    ],
)
def test_an_upload_that_cannot_be_taken_says_why_at_its_field(client, fields, words):
    agreement = make_agreement()
    client.force_login(make_worker(agreement.organisation))
    answer = client.post(url("upload", agreement.pk), typed(**fields))
    assert words in text(answer)
    assert not Roster.objects.exists()


def test_the_same_file_leads_to_the_roster_it_became(client):
    agreement = make_agreement()
    client.force_login(make_worker(agreement.organisation))
    first = client.post(url("upload", agreement.pk), typed())
    again = client.post(url("upload", agreement.pk), typed())
    assert first.url == again.url
    key = typed()
    assert client.post(url("upload", agreement.pk), {**key, **typed(as_csv(people(1)))}).url != first.url


def test_a_file_that_cannot_be_read_is_explained_with_the_way_on(client):
    agreement = make_agreement()
    roster = checked(agreement, "城市,电话\n上海,1\n".encode())
    client.force_login(roster.uploaded_by)
    page = text(client.get(url("roster", roster.pk)))
    assert "城市 · 电话" in page
    assert url("upload", agreement.pk) in page


def test_the_error_file_is_for_the_group_alone_and_each_download_is_noted(client):
    roster = checked(make_agreement(), as_csv([("王芳", "1"), *people(1)]))
    client.force_login(roster.uploaded_by)
    assert url("roster_errors", roster.pk) in text(client.get(url("roster", roster.pk)))
    answer = client.get(url("roster_errors", roster.pk), headers={"Accept-Language": "zh-hans"})
    content = b"".join(answer.streaming_content).decode()
    assert content.startswith("\ufeff")
    assert len(content.splitlines()) == 2
    assert "attachment" in answer["Content-Disposition"]
    assert answer["Cache-Control"] == "no-store"
    assert Event.objects.filter(action="roster.errors-downloaded", actor_id=roster.uploaded_by_id).count() == 1
    client.force_login(make_worker(make_group()))
    for name in ("roster", "roster_errors", "confirm", "withdraw"):
        assert client.get(url(name, roster.pk)).status_code == 404
    for name in ("group", "upload", "pay_group"):
        assert client.get(url(name, roster.agreement_id)).status_code == 404


def test_a_roster_is_withdrawn_after_a_second_look(client):
    roster = checked(make_agreement(), as_csv(people(1)))
    client.force_login(roster.uploaded_by)
    assert "Nobody on it was enrolled" in text(client.get(url("withdraw", roster.pk)))
    assert client.post(url("withdraw", roster.pk)).url == url("group", roster.agreement_id)
    roster.refresh_from_db()
    assert roster.state == "withdrawn"
    client.force_login(make_worker(roster.agreement.organisation))
    late = client.post(url("confirm", roster.pk), follow=True)
    assert "not waiting to be confirmed" in text(late)
    done = enrolled(roster.agreement, as_csv(people(2)))
    client.force_login(done.uploaded_by)
    assert "not waiting to be confirmed" in text(client.post(url("withdraw", done.pk), follow=True))


def test_nobody_to_enrol_is_said_on_the_page(client):
    roster = checked(make_agreement(), as_csv([("王芳", "1")]))
    client.force_login(make_worker(roster.agreement.organisation))
    page = text(client.get(url("roster", roster.pk)))
    assert "Nobody can be enrolled" in page


def test_the_group_sees_how_its_members_answered_but_nobody_by_name(client):
    place = offered()
    client.force_login(make_worker(place.agreement.organisation))
    page = text(client.get(url("roster", place.roster_id)))
    assert "Said yes" in page
    assert place.person.name not in page
    assert place.person.name not in text(client.get(url("group", place.agreement_id)))


def test_the_sample_is_a_roster_that_can_be_read(client):
    agreement = make_agreement(facts={})
    client.force_login(make_worker(agreement.organisation))
    sample = client.get(url("roster_sample")).content
    assert checked(agreement, sample).fine == 2


def test_the_member_sees_the_offer_at_home_and_says_yes(client):
    place = offered()
    client.force_login(place.person.user)
    assert url("place", place.pk) in text(client.get(reverse("portal:home")))
    page = text(client.get(url("place", place.pk)))
    assert "¥72.00" in page
    assert "¥0.00" in page
    answer = client.post(url("place", place.pk), {"answer": "yes"})
    place.refresh_from_db()
    assert answer.url == url("cover", place.cover_id)
    assert "Covered" in text(client.get(answer.url))
    assert client.get(url("place", place.pk)).url == answer.url
    assert url("place", place.pk) not in text(client.get(reverse("portal:home")))


def test_no_is_as_easy_as_yes_and_final(client):
    place = offered()
    client.force_login(place.person.user)
    assert client.post(url("place", place.pk), {"answer": "no"}).url == reverse("portal:home")
    assert "cannot be answered any more" in text(client.get(url("place", place.pk)))
    assert "answered already" in text(client.post(url("place", place.pk), {"answer": "yes"}, follow=True))


def test_who_has_not_signed_is_led_to_the_papers_and_back(client):
    place = offered(is_signed=False)
    client.force_login(place.person.user)
    answer = client.post(url("place", place.pk), {"answer": "yes"})
    assert answer.url.startswith(reverse("members:consents", args=[place.person_id]))
    assert "next=" in answer.url


def test_a_stranger_does_not_see_the_place(client):
    place = offered()
    client.force_login(make_parent())
    assert client.get(url("place", place.pk)).status_code == 404
    assert client.post(url("place", place.pk), {"answer": "no"}).status_code == 404
    assert Place.objects.get(pk=place.pk).state == "offered"


def agreed(group, **changes):
    return {
        "key": str(uuid4()),
        "organisation_id": group.pk,
        "plan_code": NEW_WORK,
        "group_fen": "50",
        "members_confirm": "yes",
        "occupation": "courier",
        "roster": "",
        "since": str(TODAY),
        "until": str(TODAY + timedelta(days=300)),
        **changes,
    }


def test_the_treasurer_concludes_an_agreement_and_sees_it_in_the_list(client):
    make_agreement()  # publishes the catalogue
    group = make_group("charity")
    client.force_login(make_parent("", Role.TREASURER))
    assert "New agreement" in text(client.get(url("agreements")))
    assert "Domestic worker" in text(client.get(url("agree")))
    answer = client.post(url("agree"), agreed(group))
    assert answer.url == url("agreements")
    agreement = Agreement.objects.get(organisation=group)
    assert (agreement.payer_label, agreement.group_fen) == ("sponsor", 50_00)
    assert agreement.facts == {"occupation": "courier"}
    assert "¥50.00" in text(client.get(url("agreements")))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"members_confirm": "no"}, "the group pays all of the price, ¥72.00"),
        ({"until": "2020-01-01"}, "cannot be before the first one"),
        ({"group_fen": "lots"}, "with digits only"),
    ],
)
def test_an_agreement_that_does_not_hold_together_is_said_at_its_field(client, changes, words):
    make_agreement()
    client.force_login(make_parent("", Role.TREASURER))
    assert words in text(client.post(url("agree"), agreed(make_group(), **changes)))


@pytest.mark.parametrize("count", [3, 60])
def test_lists_ask_the_database_a_constant_number_of_times(client, django_assert_max_num_queries, count):
    agreement = make_agreement()
    worker = make_worker(agreement.organisation)
    template = checked(agreement, as_csv(people(1)))
    for serial in range(count):
        template.pk, template.key, template.sha256 = None, uuid4(), f"{serial}"
        template.save(force_insert=True)
        agreement.pk, agreement.key = None, uuid4()
        agreement.save(force_insert=True)
    pk = Agreement.objects.order_by("pk").first().pk
    client.force_login(worker)
    with django_assert_max_num_queries(14):
        client.get(url("group", pk))
    client.force_login(make_parent("", Role.TREASURER))
    with django_assert_max_num_queries(8):
        client.get(url("agreements"))


def test_identity_numbers_are_nowhere_in_events_and_addresses(client):
    enrolled(county(), as_csv(people(2)))
    events = " ".join(str(event.detail) for event in Event.objects.all())
    assert number(0) not in events
