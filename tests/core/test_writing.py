"""Rows of several models in one round trip."""

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.audit.models import Access, Event
from apps.claims.models import CoverYear
from apps.core.writing import id_sequence, inserts, next_values, run_together, updates
from apps.reminders.models import Message

pytestmark = pytest.mark.django_db


def event(now, **fields):
    return Event(at=now, action="tried", target_label="x.y", target_id=1, **fields)


def access(now, person_id=7):
    return Access(at=now, reader_id=1, person_id=person_id, rule="self", purpose="test")


def test_rows_of_several_models_are_there_after_one_query(now):
    first, second = next_values(id_sequence(Event), id_sequence(Event))
    rows = [event(now, pk=first, detail={"o'clock; --": "%s"}), access(now), access(now, 8), event(now, pk=second)]
    with CaptureQueriesContext(connection) as asked:
        run_together(*inserts(*rows))
    assert len(asked) == 1
    assert Event.objects.get(pk=first).detail == {"o'clock; --": "%s"}
    assert [row.person_id for row in Access.objects.order_by("pk")] == [7, 8]
    assert second == first + 1


def test_ids_that_are_not_given_come_from_the_database(now):
    run_together(*inserts(event(now), event(now)))
    assert Event.objects.count() == 2


def test_the_row_that_is_refused_is_named_and_none_is_written(now):
    with pytest.raises(IntegrityError, match="claims_coveryear"), transaction.atomic():
        run_together(*inserts(event(now), CoverYear(cover_id=1, decided_count=-1)))
    assert not Event.objects.exists()


def message(user, now, key):
    return Message(recipient=user, kind="x", channel="in-app", due_at=now, try_after=now, key=key, created_at=now)


def test_changed_rows_are_stored_by_one_statement_each_with_its_own_values(make_user, now):
    reader = make_user()
    Message.objects.bulk_create(message(reader, now, key) for key in "abc")
    _kept, first, second = Message.objects.order_by("key")
    first.parameters, first.sent_at, first.state = {"o'clock; --": "%s"}, now, Message.State.SENT
    second.parameters, second.kind = {"n": 2}, "changed here alone"
    with CaptureQueriesContext(connection) as asked:
        run_together(*updates(("parameters", "sent_at", "state"), first, second))
    assert len(asked) == 1
    stored = Message.objects.order_by("key").values_list("kind", "parameters", "sent_at", "state")
    assert list(stored) == [
        ("x", {}, None, "waiting"),
        ("x", {"o'clock; --": "%s"}, now, "sent"),
        ("x", {"n": 2}, None, "waiting"),
    ]


def test_lists_are_stored_and_a_text_too_long_is_refused_rather_than_cut_off(make_user):
    first, second = make_user("a@x.example"), make_user("b@x.example")
    first.roles, second.roles = ["treasurer", "auditor"], []
    run_together(*updates(("roles",), first, second))
    assert list(User.objects.order_by("email").values_list("roles", flat=True)) == [["treasurer", "auditor"], []]
    first.language = "x" * 50
    with pytest.raises(DataError), transaction.atomic():
        run_together(*updates(("language",), first))


def test_rows_that_cannot_be_told_apart_or_found_are_refused(make_user, now):
    user = make_user()
    Message.objects.bulk_create([message(user, now, "a")])
    stored = Message.objects.get()
    for rows in ([stored, stored], [stored, message(user, now, "b")], [user, stored], [message(user, now, "b")]):
        with pytest.raises(ValueError, match="each once and stored already"):
            updates(("state",), *rows)
    stored.recipient = User()
    with pytest.raises(ValueError, match="unsaved related object 'recipient'"):
        updates(("recipient",), stored)


def test_nothing_to_write_asks_nothing():
    with CaptureQueriesContext(connection) as asked:
        run_together(*inserts(), *updates(("roles",)))
    assert not asked
