"""Half-open periods of days, ages in completed years, months and quarters."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta


def add_years(day: date, years: int) -> date:
    """The same day ``years`` later; 29 February becomes 1 March in a common year."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def add_months(day: date, months: int) -> date:
    """The same day ``months`` later, or the last day of a month that has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def completed_years(born: date, on: date) -> int:
    """Age in completed years; a year is completed on the birthday."""
    years = on.year - born.year
    return years if add_years(born, years) <= on else years - 1


@dataclass(frozen=True, slots=True)
class Period:
    """Days from ``start`` up to but not including ``end``.  Raises ValueError when empty."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError(f"a period must end after it starts: {self.start} .. {self.end}")

    @classmethod
    def year_from(cls, start: date) -> Period:
        return cls(start, add_years(start, 1))

    @classmethod
    def quarter_of(cls, day: date) -> Period:
        first_month = (day.month - 1) // 3 * 3 + 1
        start = date(day.year, first_month, 1)
        return cls(start, date(day.year + first_month // 10, (first_month + 2) % 12 + 1, 1))

    @classmethod
    def month_of(cls, day: date) -> Period:
        start = day.replace(day=1)
        return cls(start, date(day.year + day.month // 12, day.month % 12 + 1, 1))

    @property
    def last_day(self) -> date:
        """The last day inside, as printed on paper."""
        return self.end - timedelta(days=1)

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def overlap_days(self, other: Period) -> int:
        """How many days both share."""
        return max(0, (min(self.end, other.end) - max(self.start, other.start)).days)

    def __str__(self) -> str:
        return f"{self.start.isoformat()} – {self.last_day.isoformat()}"
