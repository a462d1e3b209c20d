"""What comes back to whoever leaves a cover, and from which day nothing is covered any more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from apps.core.money import Money
from apps.core.periods import Period
from apps.plans.rules import Paying


class Way(StrEnum):
    """Why so much comes back."""

    NOT_BEGUN = "not-begun"
    COOLING_OFF = "cooling-off"
    PRO_RATA = "pro-rata"
    NOTHING = "nothing"


UNDONE = frozenset({Way.NOT_BEGUN, Way.COOLING_OFF})
"""As if there had never been a cover."""


@dataclass(frozen=True, slots=True)
class Paid:
    """Money received, and the days it pays for; ``promised_fen``: what of it is still owed by a trusted payer."""

    fen: int
    period: Period
    promised_fen: int = 0


@dataclass(frozen=True, slots=True)
class Leaving:
    """``end``: first day without cover; ``back``: fen of each payment that come back."""

    way: Way
    end: date
    back: tuple[int, ...]

    @property
    def total_fen(self) -> int:
        return sum(self.back)

    @property
    def is_undone(self) -> bool:
        return self.way in UNDONE


def leaving(
    cover: Period, paid: Sequence[Paid], paying: Paying, *, today: date, is_claimed: bool, lapsed: date | None = None
) -> Leaving:
    """Everything before the first day or, with nothing claimed, in the cooling-off days; later what the terms say.

    Whoever leaves is covered to the end of the day; a cover that has lapsed ended on its day.
    """
    if today < cover.start:
        return Leaving(Way.NOT_BEGUN, cover.start, tuple(item.fen for item in paid))
    if not is_claimed and today < cover.start + timedelta(days=paying.cooling_off_days):
        return Leaving(Way.COOLING_OFF, cover.start, tuple(item.fen for item in paid))
    end = lapsed or min(today + timedelta(days=1), cover.end)
    if not paying.is_refunded_pro_rata:
        return Leaving(Way.NOTHING, end, (0,) * len(paid))
    return Leaving(Way.PRO_RATA, end, tuple(unearned(item, end) for item in paid))


def unearned(paid: Paid, end: date) -> int:
    """Fen of a payment for the days from ``end`` on: what the close would not have counted as earned."""
    used = min(max((end - paid.period.start).days, 0), paid.period.days)
    earned = Money(paid.fen + paid.promised_fen).ratio(used, paid.period.days).fen
    return max(paid.fen - earned, 0)


def still_promised(paid: Paid, answer: Leaving) -> int:
    """Fen that a trusted payer owes all the same after somebody has left: its part of the days covered."""
    if answer.is_undone or not paid.promised_fen:
        return 0
    if answer.way is Way.NOTHING:
        return paid.promised_fen
    whole = Paid(paid.fen + paid.promised_fen, paid.period)
    return max(whole.fen - unearned(whole, answer.end) - paid.fen, 0)
