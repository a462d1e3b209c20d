"""Which quarter may be closed: one after the other, each after it has ended."""

from __future__ import annotations

from datetime import date

from apps.actuary.errors import AlreadyClosed, EarlierQuarterOpen, NotAQuarter, NothingToClose, QuarterNotEnded
from apps.core.periods import Period


def quarter_due(first_day: date | None, closed_until: date | None) -> Period | None:
    """The one quarter that is next: after the last closed one, or the first in which anything was booked."""
    day = closed_until or first_day
    return Period.quarter_of(day) if day else None


def check_may_close(start: date, *, due: Period | None, today: date) -> Period:
    """The quarter that begins on ``start``.

    Raises NothingToClose, NotAQuarter, AlreadyClosed, EarlierQuarterOpen, QuarterNotEnded.
    """
    if due is None:
        raise NothingToClose
    quarter = Period.quarter_of(start)
    if quarter.start != start:
        raise NotAQuarter
    if quarter.start < due.start:
        raise AlreadyClosed
    if quarter.start > due.start:
        raise EarlierQuarterOpen(start=due.start.isoformat())
    if today < quarter.end:
        raise QuarterNotEnded(last_day=quarter.last_day.isoformat())
    return quarter
