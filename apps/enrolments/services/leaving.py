"""Leave a cover because the family says so: before paying, in the cooling-off days, or later by the terms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from apps.accounts.models import User
from apps.core.clock import business_day
from apps.core.errors import NotAllowed
from apps.core.periods import Period
from apps.enrolments.errors import CoverGone, FiguresMoved, NothingDue, PaymentUnderWay
from apps.enrolments.models import Contribution, Cover, Lapse
from apps.enrolments.rules.leaving import Leaving, Paid, leaving, still_promised
from apps.enrolments.selectors import terms_of_cover
from apps.enrolments.services.covers import end_lapsed, is_being_paid
from apps.enrolments.services.locking import Locked, lock_covers
from apps.enrolments.services.recording import Changes
from apps.enrolments.services.refunding import give_back, undo
from apps.members.permissions import check_may_act

State = Contribution.State
RUNNING = frozenset({Cover.State.ACTIVE, Cover.State.LAPSED})


@transaction.atomic
def drop_cover(*, cover_id: int, actor: User, now: datetime) -> Cover:
    """Cancel an application not paid yet; again changes nothing.  Raises NotAllowed, NothingDue, PaymentUnderWay."""
    cover, rows = _locked(cover_id, actor, now)
    if cover.state == Cover.State.CANCELLED:
        return cover
    if cover.state != Cover.State.UNPAID:
        raise NothingDue
    if is_being_paid(cover):
        raise PaymentUnderWay
    changes = Changes(now, actor.pk)
    cover.state = Cover.State.CANCELLED
    changes.change(cover)
    undo(rows.of(cover), cover, changes)
    changes.note("cover.dropped", cover)
    changes.record()
    return cover


def what_comes_back(
    cover: Cover, contributions: Sequence[Contribution], *, today: date, lapse: Lapse | None = None
) -> Leaving:
    """What leaving today would bring; the figures stand in the order of the contributions.

    Raises CoverGone where nothing is left to leave.
    """
    if cover.state not in RUNNING or cover.ending or cover.end <= today:
        raise CoverGone
    return leaving(
        Period(cover.start, cover.end),
        [_paid(row) for row in contributions],
        terms_of_cover(cover).paying,
        today=today,
        is_claimed=cover.claimed_date is not None,
        lapsed=lapse.start if lapse else None,
    )


def _paid(row: Contribution) -> Paid:
    is_promised = row.state == State.DUE and row.is_trusted
    return Paid(row.received_fen, row.period, row.left_fen if is_promised else 0)


@transaction.atomic
def leave_cover(*, cover_id: int, actor: User, seen_fen: int, now: datetime) -> Cover:
    """End a running cover and owe what comes back; left already, it changes nothing.

    ``seen_fen`` is what the page said comes back.  Raises NotAllowed, CoverGone, FiguresMoved, PaymentUnderWay.
    """
    cover, rows = _locked(cover_id, actor, now)
    if cover.ending == Cover.Ending.LEFT:
        return cover
    contributions, lapse = rows.of(cover), rows.open_lapses.get(cover.pk)
    answer = what_comes_back(cover, contributions, today=business_day(now), lapse=lapse)
    if is_being_paid(cover):
        raise PaymentUnderWay
    if answer.total_fen != seen_fen:
        raise FiguresMoved
    changes = Changes(now, actor.pk)
    for row, fen in zip(contributions, answer.back, strict=True):
        _settle_up(row, fen, still_promised(_paid(row), answer), cover, changes)
    _end(cover, answer, lapse, changes)
    changes.note("cover.left", cover, way=answer.way.value, back_fen=answer.total_fen)
    key = f"cover:{cover.pk}:left"
    own_fen = sum(fen for row, fen in zip(contributions, answer.back, strict=True) if row.is_of_family)
    changes.tell(cover, "cover-left", key=key, amount_fen=own_fen, cover_id=cover.pk)
    changes.record()
    return cover


def _locked(cover_id: int, actor: User, now: datetime) -> tuple[Cover, Locked]:
    rows = lock_covers([cover_id])
    cover = rows.covers.get(cover_id)
    if cover is None:
        raise NotAllowed
    check_may_act(user=actor, person=cover.person, now=now)
    return cover, rows


def _settle_up(row: Contribution, back_fen: int, promised_fen: int, cover: Cover, changes: Changes) -> None:
    """What goes back of one contribution, and what is not owed any more of it."""
    if back_fen:
        give_back(row, back_fen, cover, changes)
    if promised_fen:
        row.amount_fen = row.received_fen + promised_fen
    elif row.state == State.DUE and row.is_trusted and row.received_fen > back_fen:
        row.amount_fen = row.received_fen = row.received_fen - back_fen
        row.state, row.paid_date = State.PAID, business_day(changes.now)
    elif row.state == State.DUE:
        row.state = State.VOID
    elif back_fen == row.amount_fen:
        row.state = State.REFUNDED
    elif back_fen:
        row.amount_fen -= back_fen
        row.received_fen -= back_fen
    changes.change(row)


def _end(cover: Cover, answer: Leaving, lapse: Lapse | None, changes: Changes) -> None:
    if lapse is not None:
        end_lapsed(cover, lapse, changes, ending=Cover.Ending.LEFT)
        return
    cover.ending = Cover.Ending.LEFT
    if answer.is_undone:
        cover.state = Cover.State.CANCELLED
    else:
        cover.end = answer.end
    changes.change(cover)
