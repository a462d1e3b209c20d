"""What the calendar does: drop old drafts, mark missed appointments, close what was seen again at the clinic."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid5

from apps.care.models import FollowUp
from apps.referrals.models import Referral
from apps.referrals.rules.words import Event, State
from apps.referrals.services.advance import advance

NAMESPACE = UUID("6d1f0c3e-5a0b-4f0e-9c55-1b2f7c6d8a10")
AFTER_APPOINTMENT = timedelta(hours=12)


def _key(referral: Referral, event: Event) -> UUID:
    """The same for every run that finds the referral in the same stretch of its way."""
    return uuid5(NAMESPACE, f"{referral.pk}:{event}:{referral.events.count()}")


def sweep_referrals(*, now: datetime, limit: int = 200) -> int:
    """Move on what nobody has to decide; how many referrals moved."""
    moved = 0
    for referral in Referral.objects.filter(state=State.DRAFT, act_by__lt=now).order_by("pk")[:limit]:
        advance(
            referral_id=referral.pk,
            event=Event.DISCARD,
            actor=None,
            payload={},
            key=_key(referral, Event.DISCARD),
            now=now,
        )
        moved += 1
    missed = Referral.objects.filter(state=State.BOOKED, slot__starts_at__lt=now - AFTER_APPOINTMENT)
    for referral in missed.order_by("pk")[:limit]:
        key = _key(referral, Event.MARK_NO_SHOW)
        advance(referral_id=referral.pk, event=Event.MARK_NO_SHOW, actor=None, payload={}, key=key, now=now)
        moved += 1
    return moved + _close_seen_again(now=now, limit=limit)


def _close_seen_again(*, now: datetime, limit: int) -> int:
    """The first visit at the clinic after the doctor has taken over completes the referral, in that doctor's name."""
    closed = 0
    for referral in Referral.objects.filter(state=State.RESUMED).order_by("pk")[:limit]:
        resumed_at = referral.events.order_by("-number").values_list("at", flat=True)[0]
        visits = FollowUp.objects.filter(person_id=referral.person_id, held_at__gt=resumed_at)
        visit = visits.select_related("doctor__user").order_by("held_at").first()
        if visit:
            event = Event.FIRST_PRIMARY_VISIT
            key = _key(referral, event)
            advance(referral_id=referral.pk, event=event, actor=visit.doctor.user, payload={}, key=key, now=now)
            closed += 1
    return closed
