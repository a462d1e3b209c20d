"""By when the owner of a referral should act; a breach is shown and raised, never closed by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from apps.referrals.rules.words import TERMINAL, Priority, State

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time: hours, or working days (Monday to Friday), or calendar days."""

    hours: int = 0
    working_days: int = 0
    days: int = 0
    from_submission: bool = False

    def after(self, at: datetime) -> datetime:
        moment = at + timedelta(hours=self.hours, days=self.days)
        left = self.working_days
        while left:
            moment += timedelta(days=1)
            left -= moment.weekday() < SATURDAY
        return moment


Clocks = Mapping[State, Mapping[Priority, Span]]


def paused(history: Sequence[tuple[State, datetime]]) -> timedelta:
    """How long the hospital waited for answers, its clock standing still; ``history`` is (state, entered at)."""
    total = timedelta()
    for (state, entered), (_following, left) in pairwise(history):
        if state is State.INFO_NEEDED:
            total += left - entered
    return total


def act_by(
    *, state: State, priority: Priority, history: Sequence[tuple[State, datetime]], clocks: Clocks
) -> datetime | None:
    """When the owner should have acted; None once the referral has ended.

    ``history`` holds every state entered with its moment, the present one last.  The hospital's answer and the visit
    count from the first submission, without the time it waited for the family doctor.
    """
    if state in TERMINAL:
        return None
    span = clocks[state][priority]
    entered = history[-1][1]
    if not span.from_submission:
        return span.after(entered)
    submitted = next((at for reached, at in history if reached is State.SUBMITTED), entered)
    return span.after(submitted) + paused(history)
