"""When the next follow-up is due: a window, not a day, and late is never locked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from apps.care.rules.assessment import Control


@dataclass(frozen=True, slots=True)
class Window:
    """The days on which a task may be done best: first, best and last day, all inclusive."""

    opens: date
    due: date
    closes: date

    def overdue_days(self, today: date) -> int:
        """Days since the window closed; 0 while it is still open."""
        return max(0, (today - self.closes).days)


@dataclass(frozen=True, slots=True)
class Interval:
    """Days from one visit to the next, and how far the window reaches to both sides."""

    after: int
    before_due: int
    after_due: int

    def window(self, from_day: date) -> Window:
        due = from_day + timedelta(days=self.after)
        return Window(due - timedelta(days=self.before_due), due, due + timedelta(days=self.after_due))


@dataclass(frozen=True, slots=True)
class Schedule:
    """The rhythm of a programme: the first visit after choosing a doctor, then by state of control."""

    first: Interval
    by_control: Mapping[Control, Interval]

    def next_window(self, control: Control, held_on: date) -> Window:
        return self.by_control[control].window(held_on)
