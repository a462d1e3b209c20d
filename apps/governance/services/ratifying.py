"""What the members' assembly says to a resolution that needs it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from apps.accounts.models import User
from apps.governance.errors import ReasonMissing, SecondPersonNeeded
from apps.governance.models import Line, Outcome, Resolution
from apps.governance.rules.states import Event
from apps.governance.services.granting import grant
from apps.governance.services.proposing import check_in_force
from apps.governance.services.recording import locked, move, seat_required


@transaction.atomic
def ratify(*, resolution_id: int, actor: User, is_ratified: bool, minutes: str, now: datetime) -> Resolution:
    """Write down the assembly's decision with its minutes; only now the money of what passed may move.

    Written by another member than the one who opened the ballot.
    Raises NoSeat, ReasonMissing, SecondPersonNeeded, WrongMoment, SurplusReopened.
    """
    seat = seat_required(actor, now)
    resolution = locked(resolution_id)
    if not minutes.strip():
        raise ReasonMissing
    if resolution.opened_by_id == seat.pk:
        raise SecondPersonNeeded
    event = Event.RATIFIED if is_ratified else Event.RATIFICATION_REFUSED
    move(resolution, event, seat=seat, now=now, reason=minutes.strip())
    if is_ratified:
        check_in_force(resolution.period_close)
        passed = Line.objects.filter(resolution=resolution, result__outcome=Outcome.PASSED)
        grant(list(passed.order_by("position")), now=now)
    return resolution
