"""Whom the council may pay, and how often its pages ask the database."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.models import Role
from apps.governance import services
from apps.payments.models import PayeeAccount
from tests.conftest import NOW
from tests.governance.factories import council, draft_line, opened, organisation, vote
from tests.governance.pages import text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fixed_day")]
LATER = NOW + timedelta(days=7)


@pytest.fixture
def seats(close):
    return council()


def test_the_treasurer_keeps_payees_accounts(signed_in, make_user):
    clinic = organisation(kind="clinic", account=False)
    client = signed_in(make_user("t@example.com", Role.TREASURER))
    assert "None yet" in text(client, "payees")
    url = reverse("governance:name_account", args=[clinic.pk])
    wrong = client.post(url, {"key": uuid4(), "holder_name": "Clinic", "bank": "Bank", "number": "12"})
    assert b"8 to 30 digits" in wrong.content
    data = {"key": uuid4(), "holder_name": "Clinic", "bank": "Bank", "number": "6222 0000 1111 3456"}
    assert client.post(url, data).status_code == client.post(url, data).status_code == 302
    assert PayeeAccount.objects.count() == 1
    page = text(client, "payees")
    assert "•••• 3456" in page
    assert "62220000" not in page
    client.post(url, {**data, "key": uuid4(), "number": "6222000011119999"})
    assert "from 25 Nov 2026" in text(client, "payees")


def test_nobody_else_keeps_accounts(signed_in, seats):
    client = signed_in(seats[0].user)
    for url in (reverse("governance:payees"), reverse("governance:name_account", args=[1])):
        assert client.get(url).status_code == 404


def queries(client, url):
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    return len(asked)


def test_council_home_asks_as_often_for_3_resolutions_as_for_60(signed_in, seats):
    def more(count):
        for _ in range(count):
            decided = opened(seats)
            services.close_ballot(resolution_id=decided.pk, now=LATER)

    client, url = signed_in(seats[0].user), reverse("governance:council")
    more(2)
    opened(seats)
    few = queries(client, url)
    more(57)
    for _ in range(3):
        opened(seats)
    assert queries(client, url) == few <= 14


def test_a_resolution_asks_as_often_for_1_line_as_for_6(client, seats):
    payee = organisation()
    one = opened(seats)
    six = opened(seats, [draft_line(payee, seats[0]) for _ in range(6)])
    for seat in seats:
        vote(one, seat, "for")
        vote(six, seat, *["for"] * 6)
    for resolution in (one, six):
        services.close_ballot(resolution_id=resolution.pk, now=LATER)
    few = queries(client, reverse("governance:resolution", args=[one.pk]))
    assert queries(client, reverse("governance:resolution", args=[six.pk])) == few <= 18


def test_payees_ask_as_often_for_3_as_for_60(signed_in, make_user):
    client, url = signed_in(make_user("t@example.com", Role.TREASURER)), reverse("governance:payees")
    for _ in range(3):
        organisation()
    few = queries(client, url)
    for _ in range(57):
        organisation()
    assert queries(client, url) == few <= 8
