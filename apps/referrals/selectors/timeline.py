"""What happened to a person's referrals, for the timeline; the caller has checked and logged the read."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext

from apps.care.selectors import TimelineEntry
from apps.referrals.models import ReferralEvent
from apps.referrals.rules.words import TOLD, Event
from apps.referrals.selectors.one import TONES

LEFT_OUT = (Event.OPEN, Event.DISCARD)


def timeline_entries(person_id: int) -> list[TimelineEntry]:
    """Every step of every referral in plain words, newest first, in one query."""
    rows = ReferralEvent.objects.filter(referral__person_id=person_id).exclude(event__in=LEFT_OUT)
    rows = rows.select_related("referral__department__organisation").defer("content", "referral__reason")
    return [
        TimelineEntry(
            at=event.at,
            title=gettext(TOLD[Event(event.event)]),
            text=f"{event.referral.department.organisation}, {event.referral.department}",
            url=reverse("referrals:referral", args=[event.referral_id]),
            tone=TONES.get(Event(event.event), ""),
            icon="route",
        )
        for event in rows.order_by("-at", "-number")
    ]
