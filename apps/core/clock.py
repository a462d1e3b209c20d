"""The one place that reads the clock; everything below is told the time."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import DateTimeField, Func
from django.utils import timezone

FUND_ZONE = ZoneInfo("Asia/Shanghai")
DATABASE_CLOCK = Func(function="clock_timestamp", output_field=DateTimeField())
"""The database's own clock, by which leases are measured: one for all workers."""


def now() -> datetime:
    """The present instant, aware.  For views, api, tasks and commands only."""
    return timezone.now()


def business_day(at: datetime) -> date:
    """The calendar day of an instant where the fund lives."""
    return at.astimezone(FUND_ZONE).date()
