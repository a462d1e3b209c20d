"""The stage of the demo: who is there, what day it is, what happens next."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID

from apps.core.clock import FUND_ZONE, business_day
from apps.portal.demo.bank import StoryBank
from apps.portal.demo.cast import Cast

Step = Callable[[datetime], object]


def moment(day: date, hour: int, minute: int = 0) -> datetime:
    """An instant of a day where the fund lives."""
    return datetime.combine(day, time(hour, minute), FUND_ZONE)


@dataclass
class Story:
    """Steps in order of time; each may add later ones.  The same seed and days tell the same story."""

    cast: Cast
    bank: StoryBank
    random: Random
    since: date
    until: date
    _steps: list[tuple[datetime, int, Step]] = field(default_factory=list)
    _count: int = 0

    def key(self) -> UUID:
        """A key as a form would carry it, the same ones for the same seed."""
        return UUID(int=self.random.getrandbits(128), version=4)

    def happens(self, day: date, step: Step) -> None:
        """Let something happen at some working hour of a day; nothing happens after the last day."""
        if day < self.until:
            self.surely(moment(day, self.random.randrange(9, 18), self.random.randrange(60)), step)

    def surely(self, at: datetime, step: Step) -> None:
        """Let something happen at that moment, without the dice: the rest of the story stays as it is."""
        if at.date() < self.until:
            self._count += 1
            heapq.heappush(self._steps, (at, self._count, step))

    def later(self, now: datetime, days: int, step: Step) -> None:
        self.happens(business_day(now) + timedelta(days=max(days, 1)), step)

    def tell_day(self, day: date) -> int:
        """Let the steps of a day happen; how many there were."""
        self.bank.today = day
        end, told = moment(day, 23, 59), 0
        while self._steps and self._steps[0][0] <= end:
            at, _number, step = heapq.heappop(self._steps)
            step(at)
            told += 1
        return told
