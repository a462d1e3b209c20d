"""Correct what was booked wrongly: by a reversing entry, asked with a reason and agreed by a second person."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.core.clock import business_day
from apps.fund.errors import AlreadyReversed, NotCorrectable
from apps.fund.models import Correction, Entry
from apps.fund.rules.postings import BY_HAND
from apps.fund.services.posting import reverse_entry
from apps.fund.services.second_look import ask_second_look, decide_second_look

SOURCE = "fund.correction"


@transaction.atomic
def ask_correction(*, entry_id: int, actor: User, reason: str, key: UUID, now: datetime) -> Correction:
    """Ask for an entry to be taken back.  Raises NotCorrectable, AlreadyReversed, ReasonMissing."""
    entry = Entry.objects.select_for_update(of=("self",)).select_related("reversed_by").get(pk=entry_id)
    if entry.kind not in BY_HAND:
        raise NotCorrectable
    if hasattr(entry, "reversed_by"):
        raise AlreadyReversed
    asked, is_new = ask_second_look(Correction, about={"entry": entry}, actor=actor, reason=reason, key=key, now=now)
    if is_new:
        _record(asked, "correction-asked", actor, now)
    return asked


@transaction.atomic
def decide_correction(*, correction_id: int, actor: User, agrees: bool, now: datetime) -> Correction:
    """Refuse it, or agree and book the mirror on the day of the decision; again by the same person changes nothing.

    Raises SecondPersonNeeded, AlreadyDecided, AlreadyReversed, Overdrawn.
    """
    asked = Correction.objects.select_for_update(of=("self",)).get(pk=correction_id)
    if asked.state == (Correction.State.AGREED if agrees else Correction.State.REFUSED) and asked.decided_by == actor:
        return asked
    decide_second_look(asked, actor=actor, agrees=agrees, now=now)
    if agrees:
        asked.mirror_id = reverse_entry(
            entry_id=asked.entry_id,
            key=f"correction:{asked.pk}",
            effective_date=business_day(now),
            source=(SOURCE, asked.pk),
            memo=asked.reason,
            now=now,
        )
    asked.save()
    _record(asked, "correction-agreed" if agrees else "correction-refused", actor, now)
    return asked


def _record(asked: Correction, action: str, actor: User, now: datetime) -> None:
    detail = {"entry": asked.entry_id, "reason": asked.reason}
    record_event(actor_id=actor.pk, action=action, target=(SOURCE, asked.pk), now=now, detail=detail)
