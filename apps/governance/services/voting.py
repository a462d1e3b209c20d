"""Cast votes in the open: one final vote for each line and seat, on disk before it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.accounts.models import User
from apps.governance.errors import AlreadyVoted, BallotClosed, ChoiceMissing, NotOnRoll, Recused
from apps.governance.models import Line, Recusal, RollSeat, State, Vote
from apps.governance.rules.words import Choice, Interest
from apps.governance.services.recording import locked


@transaction.atomic
def cast_vote(
    *, resolution_id: int, actor: User, choices: Mapping[int, Choice], key: UUID, now: datetime
) -> list[Vote]:
    """Record the seat's choices by line id; the same choices again answer the votes recorded before.

    Raises NotOnRoll, AlreadyVoted, BallotClosed, Recused, ChoiceMissing.
    """
    resolution = locked(resolution_id)
    entry = RollSeat.objects.filter(resolution=resolution, seat__user=actor).first()
    if entry is None:
        raise NotOnRoll
    cast = list(Vote.objects.filter(line__resolution=resolution, seat=entry.seat_id).order_by("line__position"))
    if cast:
        if any(vote.choice != choices.get(vote.line_id) for vote in cast):
            raise AlreadyVoted
        return cast
    if resolution.state != State.OPEN or resolution.closes_at is None or now >= resolution.closes_at:
        raise BallotClosed
    lines = _votable(resolution.pk, entry.seat_id, choices)
    return Vote.objects.bulk_create(
        Vote(line=line, seat_id=entry.seat_id, choice=choices[line.pk], at=now, key=key) for line in lines
    )


def _votable(resolution_id: int, seat_id: int, choices: Mapping[int, Choice]) -> list[Line]:
    """The lines the seat votes on, in order.  Raises Recused, ChoiceMissing."""
    own = Recusal.objects.filter(line__resolution=resolution_id, seat=seat_id, interest=Interest.RECUSED)
    recused = set(own.values_list("line_id", flat=True))
    lines = list(Line.objects.filter(resolution=resolution_id).order_by("position"))
    for line in lines:
        if line.pk in recused and line.pk in choices:
            raise Recused(line=line.position)
    open_lines = [line for line in lines if line.pk not in recused]
    if not open_lines or {line.pk for line in open_lines} != set(choices):
        raise ChoiceMissing
    return open_lines
