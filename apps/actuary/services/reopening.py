"""Open the period closed last again: asked with a reason, agreed by a second person, every entry of it reversed."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from apps.accounts.models import User
from apps.actuary.errors import NotTheLatest, SurplusSpent
from apps.actuary.models import PeriodClose, Reopening
from apps.actuary.posting import SOURCE
from apps.actuary.selectors import latest_close, locked_closes
from apps.audit.services import record_event
from apps.fund.errors import Overdrawn
from apps.fund.services import ask_second_look, decide_second_look, reopen_books, reverse_entries_of


@transaction.atomic
def ask_reopening(*, close_id: int, actor: User, reason: str, key: UUID, now: datetime) -> Reopening:
    """Ask for it; the same key, or a request that waits already, answers the first.

    Raises NotTheLatest, ReasonMissing.
    """
    close = _latest(close_id)
    asked, is_new = ask_second_look(Reopening, about={"close": close}, actor=actor, reason=reason, key=key, now=now)
    if is_new:
        _record(asked, "reopening-asked", actor, now)
    return asked


@transaction.atomic
def decide_reopening(*, reopening_id: int, actor: User, agrees: bool, now: datetime) -> Reopening:
    """Refuse it, or agree: the books open back to the close before, all entries of this one are reversed.

    The close with its figures, snapshot and hash stays; the period is due again and will be closed as a new version.
    Raises SecondPersonNeeded, AlreadyDecided, NotTheLatest, SurplusSpent.
    """
    asked = Reopening.objects.select_for_update(of=("self",)).get(pk=reopening_id)
    if asked.state == (Reopening.State.AGREED if agrees else Reopening.State.REFUSED) and asked.decided_by == actor:
        return asked
    decide_second_look(asked, actor=actor, agrees=agrees, now=now)
    if agrees:
        _open(_latest(asked.close_id), asked, now)
    asked.save()
    _record(asked, "reopening-agreed" if agrees else "reopening-refused", actor, now)
    return asked


def _latest(close_id: int) -> PeriodClose:
    """The close, locked for change.  Raises NotTheLatest unless it is the last one and closed."""
    close = PeriodClose.objects.select_for_update().get(pk=close_id)
    latest = latest_close()
    if not close.is_closed or latest is None or latest.pk != close.pk:
        raise NotTheLatest
    return close


def _open(close: PeriodClose, asked: Reopening, now: datetime) -> None:
    before = locked_closes().exclude(pk=close.pk).first()
    through = (before.end if before else close.counted.start) - timedelta(days=1)
    reopen_books(through=through, reason=asked.reason, asked_by=asked.asked_by, agreed_by=asked.decided_by, now=now)
    try:
        reverse_entries_of(
            (SOURCE, close.pk),
            key=f"reopening:{asked.pk}",
            effective_date=close.period.last_day,
            source=("actuary.reopening", asked.pk),
            memo=asked.reason,
            now=now,
        )
    except Overdrawn as error:
        raise SurplusSpent from error


def _record(asked: Reopening, action: str, actor: User, now: datetime) -> None:
    detail = {"close": asked.close_id, "reason": asked.reason}
    record_event(actor_id=actor.pk, action=action, target=("actuary.reopening", asked.pk), now=now, detail=detail)
