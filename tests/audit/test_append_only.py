"""What was done and read can be added to, and never changed or removed, by anyone through the database."""

import pytest
from django.db import DatabaseError, connection, transaction

from apps.audit.models import Access, Event
from apps.audit.services import record_access, record_event

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(now):
    record_event(actor_id=None, action="claim.decided", target=("claims.claim", 7), now=now)
    record_access(reader_id=1, person_id=2, rule="guardian", purpose="file", now=now)


@pytest.mark.parametrize("table", ["audit_event", "audit_access"])
@pytest.mark.parametrize("attack", ["UPDATE {} SET at = now()", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_database_refuses_every_change(rows, table, attack):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(attack.format(table))
    assert Event.objects.count() == Access.objects.count() == 1


def test_rows_read_as_sentences(rows):
    assert str(Event.objects.get()) == "claim.decided claims.claim 7"
    assert str(Access.objects.get()) == "1 read 2 by guardian"
