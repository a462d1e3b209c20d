"""Take a draft or an open ballot back; a mistake is cancelled and proposed again, both for all to see."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from apps.accounts.models import User
from apps.governance.errors import ReasonMissing, SecondPersonNeeded
from apps.governance.models import Resolution, State
from apps.governance.rules.states import Event
from apps.governance.services.recording import locked, move, seat_required


@transaction.atomic
def cancel(*, resolution_id: int, actor: User, reason: str, now: datetime) -> Resolution:
    """End it without a result, with the reason; an open ballot by another member than the one who opened it.

    Raises NoSeat, ReasonMissing, SecondPersonNeeded, WrongMoment.
    """
    seat = seat_required(actor, now)
    resolution = locked(resolution_id)
    if resolution.state == State.CANCELLED:
        return resolution
    if not reason.strip():
        raise ReasonMissing
    if resolution.opened_by_id == seat.pk:
        raise SecondPersonNeeded
    resolution.closed_by, resolution.closed_at = seat, now
    move(resolution, Event.CANCELLED, seat=seat, now=now, reason=reason.strip())
    return resolution
