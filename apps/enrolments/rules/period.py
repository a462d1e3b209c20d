"""Which days a cover may have: the first day chosen, the first day after payment, the year that follows."""

from __future__ import annotations

from datetime import date, timedelta

from apps.core.periods import add_years
from apps.enrolments.errors import StartPassed, StartTooFar
from apps.plans.rules import Policy

DAYS_AHEAD = 90
DAYS_TO_PAY = 14


def check_start(start: date, today: date) -> None:
    """Raises StartPassed or StartTooFar."""
    if start < today:
        raise StartPassed
    if start > today + timedelta(days=DAYS_AHEAD):
        raise StartTooFar(days=DAYS_AHEAD)


def may_follow(cover_end: date | None, today: date) -> bool:
    """Whether a new year can be applied for now, given the end of the cover there is."""
    return cover_end is None or cover_end <= today + timedelta(days=DAYS_AHEAD)


def due_date(today: date) -> date:
    """The last day on which a contribution asked for today can be paid."""
    return today + timedelta(days=DAYS_TO_PAY)


def first_day(chosen: date, paid: date) -> date:
    """Cover starts when paid, never before, and not before the day chosen."""
    return max(chosen, paid)


def year_end(start: date) -> date:
    """The first day after a year of cover."""
    return add_years(start, 1)


def policy_year(start: date, renewed_years: int = 0) -> Policy:
    """A year of cover as the plans' engine knows it: both days inclusive."""
    return Policy(start, year_end(start) - timedelta(days=1), renewed_years)
