"""Rows of several models in one round trip."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.audit.models import Access, Event
from apps.claims.models import CoverYear
from apps.core.writing import id_sequence, inserts, next_values, run_together

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
