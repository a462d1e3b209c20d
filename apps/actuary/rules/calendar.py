"""Which month or quarter may be closed: one after the other, each after it has ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from apps.actuary.errors import AlreadyClosed, EarlierPeriodOpen, NothingToClose, NotThisPeriod, PeriodNotEnded
from apps.core.periods import Period


class Span(StrEnum):
    MONTH = "month"
    QUARTER = "quarter"


@dataclass(frozen=True, slots=True)
class Due:
    """What is next: the quarter, and the month that can be closed before it; its last month comes with the quarter."""

    quarter: Period
    month: Period | None
    open_from: date

    def of(self, span: Span) -> Period | None:
        return self.month if span is Span.MONTH else self.quarter


def periods_due(first_day: date | None, closed_until: date | None, quarters_until: date | None) -> Due | None:
    """After the last closed ones, or where anything was booked first; None before that."""
    day = quarters_until or first_day
    if day is None:
        return None
    quarter = Period.quarter_of(day)
    open_from = max(closed_until or quarter.start, quarter.start)
    month = Period.month_of(open_from)
    return Due(quarter, month if month.end < quarter.end else None, open_from)


def check_may_close(start: date, span: Span, *, due: Due | None, today: date) -> Period:
    """The period that begins on ``start``.

    Raises NothingToClose, NotThisPeriod, AlreadyClosed, EarlierPeriodOpen, PeriodNotEnded.
    """
    if due is None:
        raise NothingToClose
    period = Period.quarter_of(start) if span is Span.QUARTER else Period.month_of(start)
    expected = due.of(span)
    if period.start != start:
        raise NotThisPeriod
    if start < (due.open_from if span is Span.MONTH else due.quarter.start):
        raise AlreadyClosed
    if expected is None or start > expected.start:
        raise EarlierPeriodOpen(start=(expected or due.quarter).start.isoformat())
    if today < period.end:
        raise PeriodNotEnded(last_day=period.last_day.isoformat())
    return period
