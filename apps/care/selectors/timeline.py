"""What happened in care, for a person's timeline; the caller has checked and logged the read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.care.models import DoctorContract, FollowUp

TONES = {"green": "ok", "yellow": "warn", "red": "stop", "unknown": ""}
FUND_ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One line in plain words, in the reader's language, with the page it leads to."""

    at: datetime
    title: str
    text: str
    url: str
    tone: str = ""
    icon: str = ""


def timeline_entries(person_id: int) -> list[TimelineEntry]:
    """Visits and choices of a doctor, newest first, in two queries."""
    visits = FollowUp.objects.filter(person_id=person_id).select_related("doctor__user").defer("answers", "note")
    contracts = DoctorContract.objects.filter(person_id=person_id).select_related("doctor__user", "doctor__clinic")
    entries = [_visit_entry(visit) for visit in visits] + [_contract_entry(contract) for contract in contracts]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _visit_entry(visit: FollowUp) -> TimelineEntry:
    return TimelineEntry(
        at=visit.held_at,
        title=_("Follow-up with %(doctor)s") % {"doctor": visit.doctor.user.name},
        text=f"{visit.get_zone_display()} · {visit.get_control_display()}",
        url=reverse("care:visit", args=[visit.pk]),
        tone=TONES[visit.zone],
        icon="stethoscope",
    )


def _contract_entry(contract: DoctorContract) -> TimelineEntry:
    return TimelineEntry(
        at=datetime.combine(contract.since, datetime.min.time(), tzinfo=FUND_ZONE),
        title=_("%(doctor)s became the family doctor") % {"doctor": contract.doctor.user.name},
        text=str(contract.doctor.clinic),
        url=reverse("care:file", args=[contract.person_id]),
        icon="user-round-check",
    )
