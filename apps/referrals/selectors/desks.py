"""The worklists of the coordinator and the specialist, urgent and late first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Count, F, IntegerField, QuerySet, Value, When

from apps.referrals.models import Referral
from apps.referrals.rules.machine import OWNER
from apps.referrals.rules.words import State, Who

DESK_LISTS: dict[str, tuple[State, ...]] = {
    "answer": (State.SUBMITTED,),
    "slot": (State.ACCEPTED,),
    "arrive": (State.BOOKED,),
    "others": tuple(state for state, who in OWNER.items() if who is not Who.COORDINATOR and state is not State.DRAFT),
}
SPECIALIST_LISTS: dict[str, tuple[State, ...]] = {
    "answer": (State.SUBMITTED,),
    "see": (State.ARRIVED,),
    "letter": (State.IN_CARE,),
    "sent": (State.RETURNED, State.RESUMED),
}


@dataclass(frozen=True, slots=True)
class DeskRow:
    referral: Referral
    is_late: bool
    is_readable: bool


def work_at(department_ids: Collection[int]) -> QuerySet[Referral]:
    """Open referrals to the departments: urgent before routine, then by the owner's clock."""
    urgent_first = Case(When(priority="urgent", then=Value(0)), default=Value(1), output_field=IntegerField())
    rows = Referral.objects.open().filter(department_id__in=department_ids)
    rows = rows.select_related("person", "department__organisation", "slot", "doctor__user", "doctor__clinic")
    return rows.order_by(urgent_first, F("act_by").asc(nulls_last=True), "pk")


def desk_counts(department_ids: Collection[int], lists: dict[str, tuple[State, ...]]) -> dict[str, int]:
    rows = Referral.objects.open().filter(department_id__in=department_ids).values_list("state")
    by_state = dict(rows.annotate(Count("id")))
    return {name: sum(by_state.get(state, 0) for state in states) for name, states in lists.items()}


def desk_rows(referrals: Collection[Referral], *, readable: Collection[int], now: datetime) -> list[DeskRow]:
    return [
        DeskRow(referral, is_late=referral.is_late(now), is_readable=referral.person_id in readable)
        for referral in referrals
    ]
