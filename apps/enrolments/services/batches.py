"""Work on many rows in a few transactions: what one row refuses holds up no other."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import QuerySet

logger = logging.getLogger(__name__)
BATCH = 500
Work = Callable[[Sequence[int]], int]


def work_off(rows: QuerySet[Any], work: Work, *, batch: int = BATCH) -> int:
    """Work on the ids of all rows, a batch a transaction, in the order of the ids; answers the sum of what is done.

    A batch that fails is done row by row, the failures logged: the next run comes back to them.
    """
    done, last = 0, 0
    while ids := list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:batch]):
        done += _together(ids, work)
        last = ids[-1]
    return done


def _together(ids: Sequence[int], work: Work) -> int:
    try:
        return work(ids)
    except Exception:
        logger.exception("%s failed for %d rows together; now one by one", work, len(ids))
        return sum(_alone(pk, work) for pk in ids)


def _alone(pk: int, work: Work) -> int:
    try:
        return work([pk])
    except Exception:
        logger.exception("%s failed for %d; the next run comes back to it", work, pk)
        return 0
