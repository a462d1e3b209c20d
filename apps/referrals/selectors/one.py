"""One referral: its way so far in words, its letter, the times that are free."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, QuerySet
from django.utils.translation import gettext

from apps.core.errors import NotAllowed
from apps.referrals.models import Referral, ReferralEvent, Slot
from apps.referrals.rules.words import TOLD, Event

FAMILY_READS = {Event.ADVISE_ONLY, Event.ACK_REJECT, Event.CANCEL, Event.RETURN_LETTER, Event.SEND_DOWN}
LETTERS = (Event.RETURN_LETTER, Event.SEND_DOWN)
TONES = {
    Event.REJECT: "warn",
    Event.MARK_NO_SHOW: "warn",
    Event.LEFT_UNSEEN: "warn",
    Event.EMERGENCY_PASS: "stop",
    Event.CANCEL: "",
    Event.RETURN_LETTER: "ok",
    Event.FIRST_PRIMARY_VISIT: "ok",
    Event.BOOK: "info",
    Event.ACCEPT_AND_BOOK: "info",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One event in the reader's words; ``note`` only where the reader may see it."""

    at: datetime
    title: str
    who: str
    note: str
    reason: str
    tone: str


@dataclass(frozen=True, slots=True)
class Letter:
    """The specialist's answer."""

    at: datetime
    author: str
    diagnosis: str
    medicines: str
    watch_for: str
    next_check: str
    refer_again: str


def referral_by_id(referral_id: int) -> Referral:
    """Raises NotAllowed when there is none."""
    rows = Referral.objects.select_related(
        "person", "doctor__user", "doctor__clinic", "department__organisation", "slot", "follow_up"
    )
    found = rows.filter(pk=referral_id).first()
    if found is None:
        raise NotAllowed
    return found


def _events(referral: Referral) -> QuerySet[ReferralEvent]:
    return referral.events.select_related("actor").order_by("-number")


def steps_of(referral: Referral, *, for_staff: bool) -> list[Step]:
    """The way so far in plain words, newest first; what the doctors wrote to each other is for staff."""
    return [_step(event, for_staff) for event in _events(referral)]


def _step(event: ReferralEvent, for_staff: bool) -> Step:
    kind = Event(event.event)
    shows_note = for_staff or kind in FAMILY_READS
    note = json.loads(event.content).get("note", "") if shows_note else ""
    return Step(
        at=event.at,
        title=gettext(TOLD[kind]),
        who=event.actor.name if event.actor else "Gongji",
        note=note,
        reason=str(event.get_reason_code_display()) if event.reason_code else "",
        tone=TONES.get(kind, ""),
    )


def letter_of(referral: Referral) -> Letter | None:
    """The newest return letter."""
    event = _events(referral).filter(event__in=LETTERS).first()
    if event is None:
        return None
    content = json.loads(event.content)
    words = {name: content.get(name, "") for name in Letter.__slots__ if name not in {"at", "author"}}
    return Letter(at=event.at, author=event.actor.name if event.actor else "", **words)


def free_slots(department_id: int, *, now: datetime, limit: int = 12) -> QuerySet[Slot]:
    """The next times with a free place."""
    rows = Slot.objects.filter(department_id=department_id, starts_at__gt=now, taken__lt=F("places"))
    return rows.order_by("starts_at", "pk")[:limit]


def is_written(referral_id: int, key: str) -> bool:
    """Whether a form with this key has been taken before: a double click, or back and send again."""
    try:
        return ReferralEvent.objects.filter(referral_id=referral_id, key=UUID(key)).exists()
    except ValueError:
        return False


def open_referrals_of(person_id: int) -> QuerySet[Referral]:
    rows = Referral.objects.open().filter(person_id=person_id).select_related("department__organisation")
    return rows.order_by("-created_at")
