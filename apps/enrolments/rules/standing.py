"""How a cover stands and what the days make of it: not started, running, lapsed, brought back, over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Standing(StrEnum):
    UNPAID = "unpaid"
    ACTIVE = "active"
    LAPSED = "lapsed"
    ENDED = "ended"
    CANCELLED = "cancelled"


STEPS: dict[Standing, frozenset[Standing]] = {
    Standing.UNPAID: frozenset({Standing.ACTIVE, Standing.CANCELLED}),
    Standing.ACTIVE: frozenset({Standing.LAPSED, Standing.ENDED, Standing.CANCELLED}),
    Standing.LAPSED: frozenset({Standing.ACTIVE, Standing.ENDED}),
    Standing.ENDED: frozenset(),
    Standing.CANCELLED: frozenset({Standing.ACTIVE}),  # money that came after all
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides whether a day changes a cover's standing; None: there is no such day.

    ``pay_by``: last day to pay what starts it; ``grace_until``: last day to pay a missed instalment;
    ``reinstate_until``: last day to bring it back; ``end``: first day after its last.
    """

    standing: Standing
    end: date
    pay_by: date | None = None
    grace_until: date | None = None
    reinstate_until: date | None = None


def standing_on(facts: Facts, today: date) -> Standing:
    """The standing after the work of a day, one step at most."""
    match facts.standing:
        case Standing.UNPAID if facts.pay_by is not None and facts.pay_by < today:
            return Standing.CANCELLED
        case Standing.ACTIVE if facts.grace_until is not None and facts.grace_until < today and lapses_inside(facts):
            return Standing.LAPSED
        case Standing.ACTIVE if facts.end <= today:
            return Standing.ENDED
        case Standing.LAPSED if facts.reinstate_until is None or facts.reinstate_until < today:
            return Standing.ENDED
        case _:
            return facts.standing


def lapses_inside(facts: Facts) -> bool:
    """Whether the grace ends while there is cover left to lapse."""
    return facts.grace_until is not None and lapse_day(facts.grace_until) < facts.end


def lapse_day(grace_until: date) -> date:
    """The first day without cover."""
    return grace_until + timedelta(days=1)


def reinstate_until(lapsed: date, end: date, *, reinstate_days: int, waiting_days: int) -> date:
    """The last day on which paying brings the cover back; before ``lapsed`` where none would do."""
    return min(lapsed + timedelta(days=reinstate_days), end - timedelta(days=1 + waiting_days))


def covered_again(paid: date, lapsed: date, *, waiting_days: int) -> date:
    """The first day covered again: without a gap where it was paid in the days of grace and only known later."""
    return lapsed if paid < lapsed else paid + timedelta(days=waiting_days)
