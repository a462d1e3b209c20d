"""Who sits on the council, and which organisation runs which."""

from __future__ import annotations

from datetime import date, datetime

from django.db import connection, transaction

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.core.periods import add_years
from apps.directory.models import Organisation
from apps.governance.data import composition
from apps.governance.errors import SeatTaken
from apps.governance.models import Control, Seat
from apps.governance.rules.composition import has_place
from apps.governance.rules.words import Constituency
from apps.governance.selectors import seats_on

COUNCIL_LOCK = 730_510


@transaction.atomic
def seat_member(
    *, user: User, constituency: Constituency, since: date, actor: User | None, now: datetime, until: date | None = None
) -> Seat:
    """Give a person a seat, for one term unless said; again answers the same seat.  Raises SeatTaken."""
    with connection.cursor() as cursor:  # two seats given at once count each other
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [COUNCIL_LOCK])
    same = Seat.objects.filter(user=user, constituency=constituency, since=since).first()
    if same:
        return same
    if not has_place(composition(), seats_on(since).values_list("constituency", flat=True), constituency):
        raise SeatTaken
    until = until or add_years(since, composition().term_years)
    seat = Seat.objects.create(user=user, constituency=constituency, since=since, until=until)
    record_event(
        actor_id=actor.pk if actor else None, action="seat-given", target=("governance.seat", seat.pk), now=now
    )
    return seat


@transaction.atomic
def end_seat(*, seat_id: int, until: date, actor: User | None, now: datetime) -> Seat:
    """End a term before its time."""
    seat = Seat.objects.select_for_update().get(pk=seat_id)
    if until < seat.until:
        seat.until = until
        seat.save(update_fields=["until"])
        record_event(
            actor_id=actor.pk if actor else None, action="seat-ended", target=("governance.seat", seat.pk), now=now
        )
    return seat


@transaction.atomic
def name_control(*, owner: Organisation, owned: Organisation, actor: User | None, now: datetime) -> Control:
    """Write down that one organisation owns or runs another, so that interests are found."""
    control, is_new = Control.objects.get_or_create(owner=owner, owned=owned)
    if is_new:
        target = ("governance.control", control.pk)
        record_event(actor_id=actor.pk if actor else None, action="control-named", target=target, now=now)
    return control
