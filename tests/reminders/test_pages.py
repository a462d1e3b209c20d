import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import Role
from apps.core import clock
from apps.reminders import selectors, services
from tests.reminders.factories import make_messages


@pytest.fixture
def parent(make_user):
    return make_user()


def queries_of(client, address):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_the_inbox_shows_own_messages_with_a_way_to_go_on(parent, make_user, signed_in, now):
    make_messages(parent, 1, clock.now())
    page = signed_in(parent).get("/messages/").content.decode()
    assert "A ballot is open: Motion 0" in page
    assert "No messages yet" in signed_in(make_user("other@example.com")).get("/messages/").content.decode()


def test_reading_happens_only_by_post_and_then_the_badge_is_gone(parent, signed_in):
    make_messages(parent, 2, clock.now())
    client = signed_in(parent)
    client.get("/messages/")
    assert selectors.unread_count(parent) == 2
    assert client.get("/messages/read/").status_code == 405
    assert client.post("/messages/read/").status_code == 302
    assert selectors.unread_count(parent) == 0


def test_the_outbox_shows_that_something_was_told_but_not_what(parent, make_user, signed_in, now):
    values = {"person": "林小雨", "department": "Respiratory", "referral_id": 3}
    services.remind(services.News([parent.id], "return-letter", values, key="x"), now=now)
    page = signed_in(make_user("o@example.com", Role.CLAIMS_OFFICER)).get("/messages/outbox/").content.decode()
    assert "Return letter" in page
    assert "林小雨" not in page
    assert "Respiratory" not in page


def test_the_outbox_filters_by_state_with_counts(parent, make_user, signed_in, now):
    make_messages(parent, 3, now, channels=("email",))
    client = signed_in(make_user("o@example.com", Role.ADMINISTRATOR))
    page = client.get("/messages/outbox/?state=sent")
    assert "Nothing here" in page.content.decode()
    assert {value: number for value, _, number in page.context["filters"]} == {
        "": 3,
        "waiting": 3,
        "sent": 0,
        "failed": 0,
    }


@pytest.mark.parametrize("roles", [[], [Role.FAMILY_DOCTOR], [Role.COUNCIL]])
def test_the_outbox_does_not_exist_for_others(make_user, signed_in, roles):
    assert signed_in(make_user("x@example.com", *roles)).get("/messages/outbox/").status_code == 404


def test_a_visitor_is_asked_to_sign_in(client, db):
    assert client.get("/messages/").status_code == 302


@pytest.mark.parametrize("address", ["/messages/", "/messages/outbox/"])
def test_the_lists_need_the_same_queries_with_3_and_with_60_rows(make_user, signed_in, address):
    officer = make_user("o@example.com", Role.CLAIMS_OFFICER)
    client = signed_in(officer)
    make_messages(officer, 3, clock.now())
    few = queries_of(client, address)
    make_messages(officer, 60, clock.now())
    assert queries_of(client, address) == few <= 8
