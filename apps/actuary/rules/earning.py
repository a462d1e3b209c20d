"""How much of a contribution the days of cover gone by have earned."""

from __future__ import annotations

from datetime import date

from apps.core.money import Money
from apps.core.periods import Period


def days_covered(cover: Period, upto: date) -> int:
    """Days of cover before ``upto``."""
    return min(max((upto - cover.start).days, 0), cover.days)


def earned_to_date(amount_fen: int, cover: Period, upto: date) -> int:
    """Fen earned by the days before ``upto``, pro rata, half up; the whole amount once the cover is over.

    A quarter earns the difference to what earlier quarters have earned, so a contribution is never earned
    twice and never in part, however its cover is cut by quarters.
    """
    return Money(amount_fen).ratio(days_covered(cover, upto), cover.days).fen
