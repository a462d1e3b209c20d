"""Close a ballot: count, decide each line by its rule, and let the money of what passed go its way."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from apps.accounts.models import User
from apps.core.errors import N_
from apps.core.jobs import ring
from apps.governance.counting import tallies
from apps.governance.data import decision_rules
from apps.governance.errors import SecondPersonNeeded, TooEarly, WrongMoment
from apps.governance.models import Line, LineResult, Resolution, RollSeat, Seat, State
from apps.governance.rules.decision import DecisionRule, Reason, Tally, evaluate, is_settled
from apps.governance.rules.states import Event
from apps.governance.services.granting import grant
from apps.governance.services.proposing import is_in_force
from apps.governance.services.recording import locked, move, seat_required
from apps.reminders.services import News, remind

logger = logging.getLogger(__name__)
REOPENED = N_("The close this ballot rests on was opened again: its surplus is being counted anew.")


@transaction.atomic
def close_ballot(*, resolution_id: int, now: datetime, actor: User | None = None) -> Resolution:
    """Close at its time; before that only a second member may, once no vote to come can change a result.

    A resolution that has ended stays as it is.  Raises NoSeat, WrongMoment, SecondPersonNeeded, TooEarly.
    """
    seat = seat_required(actor, now) if actor else None
    resolution = locked(resolution_id)
    if resolution.closed_at is not None:
        return resolution
    if resolution.state != State.OPEN or resolution.closes_at is None:
        raise WrongMoment
    rule = decision_rules()[resolution.rule_name]
    lines = list(resolution.lines.order_by("position"))
    counted = tallies(resolution)
    if now < resolution.closes_at:
        _check_early(resolution, rule, counted, seat)
    outcomes = _write_results(rule, lines, counted)
    resolution.closed_by, resolution.closed_at = seat, now
    passed = [line for line in lines if outcomes[line.pk] is Reason.PASSED]
    if passed and not is_in_force(resolution.period_close_id):
        move(resolution, Event.CANCELLED, seat=seat, now=now, reason=REOPENED)
        _tell_the_council(resolution, now)
        return resolution
    if passed and rule.ratification:
        move(resolution, Event.SENT_TO_RATIFICATION, seat=seat, now=now)
        return resolution
    move(resolution, Event.PASSED if passed else Event.REJECTED, seat=seat, now=now)
    grant(passed, now=now)
    _tell_the_council(resolution, now)
    return resolution


def continue_resolutions(*, now: datetime) -> int:
    """Close every ballot whose time is over; answers how many."""
    over = Resolution.objects.filter(state=State.OPEN, closes_at__lte=now).values_list("pk", flat=True)
    return sum(_closed(pk, now) for pk in list(over))


def _closed(resolution_id: int, now: datetime) -> bool:
    """Whether it could be closed; one that cannot does not hold up the others and is tried again."""
    try:
        close_ballot(resolution_id=resolution_id, now=now)
    except Exception:
        logger.exception("Resolution %s could not be closed", resolution_id)
        return False
    return True


def _check_early(resolution: Resolution, rule: DecisionRule, counted: Mapping[int, Tally], seat: Seat | None) -> None:
    if seat is None or not all(is_settled(rule, tally) for tally in counted.values()):
        raise TooEarly
    if seat.pk == resolution.opened_by_id:
        raise SecondPersonNeeded


def _write_results(rule: DecisionRule, lines: Sequence[Line], counted: Mapping[int, Tally]) -> dict[int, Reason]:
    outcomes = {line.pk: evaluate(rule, counted[line.pk]) for line in lines}
    LineResult.objects.bulk_create(
        LineResult(
            line=line,
            outcome=outcomes[line.pk],
            seats=tally.seats,
            recused=tally.recused,
            yes=tally.yes,
            no=tally.no,
            abstain=tally.abstain,
        )
        for line in lines
        for tally in [counted[line.pk]]
    )
    return outcomes


def _tell_the_council(resolution: Resolution, now: datetime) -> None:
    titles = {
        "zh": resolution.title_zh or resolution.title_en,
        "en": resolution.title_en or resolution.title_zh,
    }
    parameters = {"title": titles, "resolution_id": resolution.pk}
    users = RollSeat.objects.filter(resolution=resolution).values_list("seat__user_id", flat=True)
    council = users.order_by("seat_id")
    remind(News(council, "ballot-closed", parameters, key=f"ballot-closed:{resolution.pk}"), now=now)
    ring("payments.send_due")
