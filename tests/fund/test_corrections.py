"""A wrong entry is taken back by a reversing one: asked with a reason, agreed by a second person, once."""

from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse

from apps.accounts.models import Role
from apps.audit.models import Event
from apps.fund.errors import (
    AlreadyDecided,
    AlreadyReversed,
    NotCorrectable,
    Overdrawn,
    ReasonMissing,
    SecondPersonNeeded,
)
from apps.fund.models import Correction, Entry
from apps.fund.rules.postings import BY_HAND, TABLE, Posting
from apps.fund.selectors import balance, ledger_is_balanced
from apps.fund.services import ask_correction, decide_correction, reverse_entry
from tests.fund.factories import NOW, booked, claim_owed

pytestmark = pytest.mark.django_db
GRANT = "appropriation:w"


@pytest.fixture
def treasurer(make_user):
    return make_user("treasurer@example.com", Role.TREASURER)


@pytest.fixture
def auditor(make_user):
    return make_user("auditor@example.com", Role.AUDITOR)


@pytest.fixture
def wrong(db):
    """A grant that lapsed too early."""
    booked(Posting.SURPLUS_LOCKED, 50_00)
    booked(Posting.APPROPRIATED, 50_00, account=GRANT)
    return booked(Posting.APPROPRIATION_LAPSED, 50_00, account=GRANT)


def ask(entry, actor, reason="Booked twice", key=None):
    return ask_correction(entry_id=entry.pk, actor=actor, reason=reason, key=key or uuid4(), now=NOW)


def decide(asked, actor, agrees=True):
    return decide_correction(correction_id=asked.pk, actor=actor, agrees=agrees, now=NOW)


def test_the_mirror_is_booked_when_the_second_person_agrees(wrong, treasurer, auditor):
    asked = ask(wrong, treasurer)
    assert (balance("surplus"), balance(GRANT)) == (50_00, 0)
    done = decide(asked, auditor)
    assert (balance("surplus"), balance(GRANT)) == (0, 50_00)
    assert (done.mirror.reverses, done.mirror.memo, done.mirror.kind) == (
        wrong,
        "Booked twice",
        "appropriation-lapsed-reversed",
    )
    assert decide(asked, auditor) == done
    assert Entry.objects.count() == 4
    assert ledger_is_balanced()
    actions = Event.objects.filter(target_label="fund.correction").values_list("action", "actor_id")
    assert list(actions.order_by("pk")) == [("correction-asked", treasurer.pk), ("correction-agreed", auditor.pk)]


def test_nobody_agrees_with_himself(wrong, treasurer):
    with pytest.raises(SecondPersonNeeded):
        decide(ask(wrong, treasurer), treasurer)


def test_refused_it_can_be_asked_again_and_decided_it_stays(wrong, treasurer, auditor):
    asked = ask(wrong, treasurer)
    decide(asked, treasurer, agrees=False)
    with pytest.raises(AlreadyDecided):
        decide(asked, auditor)
    again = ask(wrong, treasurer)
    assert ask(wrong, auditor) == again
    assert ask(wrong, treasurer, key=again.key) == again


def test_an_entry_is_taken_back_once(wrong, treasurer, auditor):
    decide(ask(wrong, treasurer), auditor)
    with pytest.raises(AlreadyReversed):
        ask(wrong, treasurer)


def test_an_entry_reversed_meanwhile_is_not_reversed_again(wrong, treasurer, auditor):
    asked = ask(wrong, treasurer)
    reverse_entry(entry_id=wrong.pk, key="r", effective_date=NOW.date(), source=("tests.row", 1), now=NOW)
    with pytest.raises(AlreadyReversed), transaction.atomic():
        decide(asked, auditor)
    asked.refresh_from_db()
    assert asked.is_open


def test_what_a_process_takes_back_itself_is_not_corrected_by_hand(treasurer):
    with pytest.raises(NotCorrectable):
        ask(claim_owed(), treasurer)
    bank = {"bank", "bank-clearing"}
    assert not {event.value for event, sides in TABLE.items() if bank & {sides.debit, sides.credit}} & BY_HAND
    with pytest.raises(NotCorrectable):
        ask(booked(Posting.MONEY_UNEXPLAINED, 50_00), treasurer)


def test_a_reason_is_needed(wrong, treasurer):
    with pytest.raises(ReasonMissing):
        ask(wrong, treasurer, reason="   ")


def test_what_is_spent_is_not_taken_back(treasurer, auditor):
    booked(Posting.SURPLUS_LOCKED, 100)
    booked(Posting.APPROPRIATED, 100, account="appropriation:x")
    back = booked(Posting.APPROPRIATION_LAPSED, 100, account="appropriation:x")
    booked(Posting.APPROPRIATED, 100, account="appropriation:y")
    with pytest.raises(Overdrawn), transaction.atomic():
        decide(ask(back, treasurer), auditor)
    assert balance("surplus") == 0


ATTACKS = [
    "UPDATE fund_correction SET reason = 'other'",
    "UPDATE fund_correction SET state = 'asked', decided_by_id = NULL, decided_at = NULL, mirror_id = NULL",
    "DELETE FROM fund_correction",
    "TRUNCATE fund_correction",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_decision_stays(wrong, treasurer, auditor, attack):
    decide(ask(wrong, treasurer), auditor)
    connection.check_constraints()
    with pytest.raises(DatabaseError, match=r"stays as it is|append-only"), transaction.atomic():
        connection.cursor().execute(attack)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"reason": ""}, "fund_correction_has_reason"),
        ({"state": "agreed"}, "fund_correction_by_two|agreed_means_booked"),
        ({"state": "refused"}, "fund_correction_by_two"),
        ({}, "fund_correction_once"),
    ],
)
def test_constraints_of_a_correction(wrong, treasurer, changes, name):
    values = {"entry": wrong, "reason": "x", "asked_by": treasurer, "asked_at": NOW}
    if not changes:
        Correction.objects.create(**values, key=uuid4())
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Correction.objects.create(**{**values, **changes}, key=uuid4())


def test_agreed_by_the_one_who_asked_is_refused_by_the_database(wrong, treasurer):
    mirror = booked()
    values = {"entry": wrong, "reason": "x", "asked_by": treasurer, "asked_at": NOW, "mirror": mirror}
    with pytest.raises(IntegrityError, match="fund_correction_by_two"), transaction.atomic():
        Correction.objects.create(**values, state="agreed", decided_by=treasurer, decided_at=NOW, key=uuid4())


def test_from_the_entry_to_its_reversal_by_the_pages(client, wrong, treasurer, auditor):
    client.force_login(treasurer)
    page = client.get(reverse("fund:entry", args=[wrong.pk])).content.decode()
    url = reverse("fund:ask_correction", args=[wrong.pk])
    assert url in page
    assert b"a reversing entry" in client.get(url).content
    assert b"This field is required" in client.post(url, {"key": uuid4()}).content
    assert client.post(url, {"key": uuid4(), "reason": "Booked twice"}).url == reverse("fund:entry", args=[wrong.pk])
    asked = Correction.objects.get()
    decide_url = reverse("fund:correction", args=[asked.pk])
    assert b"Withdraw it" in client.get(decide_url).content
    alone = client.post(decide_url, {"agree": "1"})
    assert (alone.status_code, b"Another person must agree" in alone.content) == (409, True)
    client.force_login(auditor)
    assert decide_url in client.get(reverse("fund:accounts")).content.decode()
    assert client.get(url).status_code == 404
    assert client.post(decide_url, {"agree": "1"}).status_code == 302
    shown = client.get(reverse("fund:entry", args=[wrong.pk])).content.decode()
    assert "Reversed by" in shown
    assert url not in shown
    assert "Booked twice" in client.get(decide_url).content.decode()
    assert b"Reversed" in client.get(reverse("fund:account", args=[GRANT])).content


def test_what_cannot_be_corrected_says_so(client, treasurer):
    entry = claim_owed()
    client.force_login(treasurer)
    url = reverse("fund:ask_correction", args=[entry.pk])
    assert b"taken back where it comes from" in client.post(url, {"key": uuid4(), "reason": "x"}).content
