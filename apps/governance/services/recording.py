"""What every step of a resolution has in common: lock it, know the seat, move the state, write the event."""

from __future__ import annotations

from datetime import datetime

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.core.clock import business_day
from apps.governance.errors import NoSeat, WrongMoment
from apps.governance.models import Resolution, ResolutionEvent, Seat
from apps.governance.rules.states import Event, after
from apps.governance.selectors import seat_of

LABEL = "governance.resolution"


def seat_required(actor: User, now: datetime) -> Seat:
    """The seat the actor holds today.  Raises NoSeat."""
    seat = seat_of(actor, business_day(now))
    if seat is None:
        raise NoSeat
    return seat


def locked(resolution_id: int) -> Resolution:
    """The resolution, held until the transaction ends."""
    return Resolution.objects.select_for_update().get(pk=resolution_id)


def move(resolution: Resolution, event: Event, *, seat: Seat | None, now: datetime, reason: str = "") -> None:
    """Write the event and the state it leads to.  Raises WrongMoment."""
    state = after(resolution.state, event)
    if state is None:
        raise WrongMoment
    resolution.state = state
    resolution.save()
    note(resolution, event, seat=seat, now=now, reason=reason)


def note(
    resolution: Resolution,
    event: Event,
    *,
    seat: Seat | None,
    now: datetime,
    reason: str = "",
    actor: User | None = None,
) -> None:
    """Write down what happened: by a seat, by somebody else who acted, or by itself."""
    by = seat.user_id if seat else actor.pk if actor else None
    ResolutionEvent.objects.create(resolution=resolution, kind=event, at=now, seat=seat, reason=reason)
    record_event(actor_id=by, action=f"resolution-{event}", target=(LABEL, resolution.pk), now=now)
