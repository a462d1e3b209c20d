"""Work on many rows: in a few transactions, so that what one row refuses holds up no other; or in one statement."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection
from django.db.models import QuerySet

logger = logging.getLogger(__name__)
BATCH = 500
MANY = 5_000
"""A batch where one statement does all of its rows."""
Work = Callable[[Sequence[int]], int]


def work_off(rows: QuerySet[Any], work: Work, *, batch: int = BATCH) -> int:
    """Work on the ids of all rows, a batch a transaction, in the order of the ids; answers the sum of what is done.

    A batch that fails is done row by row, the failures logged: the next run comes back to them.  Out of time, it stops.
    """
    done, last = 0, 0
    while ids := list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:batch]):
        done += _together(ids, work)
        last = ids[-1]
    return done


def _together(ids: Sequence[int], work: Work) -> int:
    try:
        return work(ids)
    except SoftTimeLimitExceeded:
        raise
    except Exception:
        logger.exception("%s failed for %d rows together; now one by one", work, len(ids))
        return sum(_alone(pk, work) for pk in ids)


def _alone(pk: int, work: Work) -> int:
    try:
        return work([pk])
    except SoftTimeLimitExceeded:
        raise
    except Exception:
        logger.exception("%s failed for %d; the next run comes back to it", work, pk)
        return 0


@contextmanager
def checked_at_once() -> Iterator[None]:
    """Inside, in the caller's transaction, references are checked with each statement, not all of them at its end.

    A statement that puts a check off for each of its rows and keeps their history as well would take hours for a
    million: the trigger that keeps it looks through all that is put off, row after row.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        yield
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
