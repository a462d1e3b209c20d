"""What is known of seats and payees on a day, for the recusal engine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Q

from apps.care.models import FamilyDoctor
from apps.directory.models import Organisation, Post
from apps.enrolments.models import Cover
from apps.governance.models import Control, Line, Recusal, Seat
from apps.governance.rules.recusal import Finding, LineFacts, SeatFacts, findings
from apps.governance.rules.words import Purpose


def interests_in(lines: Iterable[Line], seats: Sequence[Seat], *, day: date) -> tuple[Finding, ...]:
    """The interests of each seat in each line, as the data of the day say."""
    line_facts = [LineFacts(line.pk, line.payee_id, Purpose(line.purpose)) for line in lines]
    return findings(_seat_facts(seats, day), line_facts, _controllers())


def preview(lines: Iterable[Line], seats: Sequence[Seat], *, day: date) -> list[Recusal]:
    """The interests a ballot opened on the day would freeze, for reading only; nothing is written."""
    lines_by_id, seats_by_id = {line.pk: line for line in lines}, {seat.pk: seat for seat in seats}
    found = interests_in(lines_by_id.values(), seats, day=day)
    employers = Organisation.objects.in_bulk({one.via for one in found if one.via})
    return [
        Recusal(
            line=lines_by_id[one.line],
            seat=seats_by_id[one.seat],
            interest=one.interest,
            rule=one.rule,
            via=employers.get(one.via) if one.via else None,
        )
        for one in found
    ]


def _seat_facts(seats: Sequence[Seat], day: date) -> list[SeatFacts]:
    users = {seat.user_id for seat in seats}
    employers: dict[int, set[int]] = defaultdict(set)
    posts = Post.objects.filter(Q(until=None) | Q(until__gt=day), user__in=users, since__lte=day)
    for user, organisation in posts.values_list("user_id", "organisation_id"):
        employers[user].add(organisation)
    doctors = dict(FamilyDoctor.objects.filter(user__in=users).values_list("user_id", "clinic_id"))
    for user, clinic in doctors.items():
        employers[user].add(clinic)
    families = _families(users, day)
    return [
        SeatFacts(
            seat=seat.pk,
            employers=frozenset(employers[seat.user_id]),
            is_signed_doctor=seat.user_id in doctors,
            has_enrolled_child=seat.user_id in families,
        )
        for seat in seats
    ]


def _families(users: set[int], day: date) -> set[int]:
    """Those of the users who are covered themselves or act for someone who is."""
    covers = Cover.objects.filter(state="active", start__lte=day, end__gt=day)
    wards = covers.filter(person__guardianships__until=None, person__guardianships__guardian__in=users)
    return {
        *wards.values_list("person__guardianships__guardian_id", flat=True),
        *covers.filter(person__user__in=users).values_list("person__user_id", flat=True),
    }


def _controllers() -> dict[int, frozenset[int]]:
    owners: dict[int, set[int]] = defaultdict(set)
    for owner, owned in Control.objects.values_list("owner_id", "owned_id"):
        owners[owned].add(owner)
    return {owned: frozenset(above) for owned, above in owners.items()}
