"""What must be explained before payments may leave again after a restore."""

from __future__ import annotations

from dataclasses import dataclass

from apps.core.clock import business_day
from apps.fund.models import Freeze
from apps.payments.models import Order, StatementFeed, StatementFile
from apps.payments.rules.states import State
from apps.payments.selectors import differences
from apps.payments.services.sending import AFTER_FREEZE


@dataclass(frozen=True, slots=True)
class Gap:
    """The freeze, and what still stands between it and its end."""

    freeze: Freeze
    lines: int  # of the statement that fit nothing
    unknown: int  # payments of which nobody knows what became
    is_read: bool  # the bank's statement, to its end, since then: by the feed or a file of the days between

    @property
    def is_explained(self) -> bool:
        return self.is_read and not self.lines and not self.unknown


def open_gap() -> Gap | None:
    """None while payments leave as usual."""
    freeze = Freeze.objects.filter(state=Freeze.State.FROZEN).first()
    if freeze is None:
        return None
    unsure = Order.objects.filter(state__in=[State.UNKNOWN, State.SUBMITTING])
    unclear = unsure.exclude(state=State.UNKNOWN, reason=AFTER_FREEZE, next_try_at__isnull=False)
    return Gap(freeze, differences().count(), unclear.count(), _is_read(freeze))


def _is_read(freeze: Freeze) -> bool:
    """A reading is complete also where nothing moved: by its time, not by its lines."""
    days = {"first_date__lte": business_day(freeze.gap_from), "last_date__gte": business_day(freeze.began_at)}
    brought = StatementFile.objects.filter(brought_at__gt=freeze.began_at, **days)
    return StatementFeed.objects.filter(complete_at__gt=freeze.began_at).exists() or brought.exists()
