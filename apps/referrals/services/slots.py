"""Offer times, hold one for a referral, give it back."""

from __future__ import annotations

from datetime import datetime

from apps.referrals.errors import SlotNotOurs, SlotTaken
from apps.referrals.models import Referral, Slot


def offer_slot(*, department_id: int, starts_at: datetime, priority: str, places: int = 1) -> Slot:
    """A time the department keeps for referrals; offering it again changes nothing."""
    slot, _created = Slot.objects.get_or_create(
        department_id=department_id, starts_at=starts_at, priority=priority, defaults={"places": places}
    )
    return slot


def hold(referral: Referral, slot_id: int, *, now: datetime) -> None:
    """Take a place; old and new time are locked in one order, so that desks take turns.

    Raises SlotNotOurs, SlotTaken.
    """
    ids = [slot_id, *([referral.slot_id] if referral.slot_id else [])]
    slots = {row.pk: row for row in Slot.objects.select_for_update().filter(pk__in=ids).order_by("pk")}
    slot = slots.get(slot_id)
    if slot is None or slot.department_id != referral.department_id or slot.starts_at < now:
        raise SlotNotOurs
    if slot.taken >= slot.places and referral.slot_id != slot.pk:
        raise SlotTaken
    referral.slot = slot
    referral.save(update_fields=["slot"])


def give_back(referral: Referral) -> None:
    if referral.slot_id is not None:
        referral.slot = None
        referral.save(update_fields=["slot"])
