"""Reads that join several apps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.audit.models import Event
from apps.care.selectors import TimelineEntry
from apps.care.selectors import timeline_entries as care_entries
from apps.claims.explanation import ShownClaim, shown_claims
from apps.claims.models import Bill, Claim
from apps.claims.selectors import bills_of, claims_of_person
from apps.core.clock import FUND_ZONE
from apps.core.display import in_language
from apps.enrolments.models import Cover
from apps.enrolments.selectors import covers_of_person, terms_of_cover
from apps.members.models import Person
from apps.plans.rules import Terms
from apps.referrals.selectors import timeline_entries as referral_entries

NEWEST = 3


def events() -> QuerySet[Event]:
    """What was done, newest first."""
    return Event.objects.order_by("-at", "-pk")


def newest_claims(user: User, *, now: datetime) -> list[tuple[Bill, list[ShownClaim]]]:
    """The last few bills of the family, each with the answers of its covers."""
    return [(bill, shown_claims(bill, now=now)) for bill in bills_of(user)[:NEWEST]]


@dataclass(frozen=True)
class PersonPage:
    """A person's covers and everything that happened, newest first."""

    person: Person
    covers: tuple[tuple[Cover, Terms], ...]
    entries: list[TimelineEntry]


def timeline(person_id: int) -> PersonPage:
    """Covers, care, referrals and claims of a person in one line of time; the caller has checked the right."""
    covers = list(covers_of_person(person_id))
    entries = [
        *care_entries(person_id),
        *referral_entries(person_id),
        *(_cover_entry(cover) for cover in covers if cover.state != Cover.State.UNPAID),
        *(_claim_entry(claim) for claim in claims_of_person(person_id)),
    ]
    return PersonPage(
        Person.objects.get(pk=person_id),
        tuple((cover, terms_of_cover(cover)) for cover in covers),
        sorted(entries, key=lambda entry: entry.at, reverse=True),
    )


def _cover_entry(cover: Cover) -> TimelineEntry:
    return TimelineEntry(
        at=datetime.combine(cover.start, datetime.min.time(), FUND_ZONE),
        title=_("Cover began"),
        text=in_language(terms_of_cover(cover).name),
        url=reverse("enrolments:cover", args=[cover.pk]),
        tone="ok",
        icon="shield-check",
    )


def _claim_entry(claim: Claim) -> TimelineEntry:
    return TimelineEntry(
        at=claim.submitted_at,
        title=_("Claim filed"),
        text=str(claim.bill.number),
        url=reverse("claims:bill", args=[claim.bill.number]),
        icon="receipt-text",
    )
