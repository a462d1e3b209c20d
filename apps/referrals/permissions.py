"""In which role somebody meets a referral; one person may have several."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet

from apps.accounts.models import Role, User
from apps.care.permissions import cares_for
from apps.directory.models import Department
from apps.members.permissions import acting_capacity
from apps.referrals.models import Referral
from apps.referrals.rules.words import Who

DESK = "referral-desk"


def departments_of(user: User) -> QuerySet[Department]:
    """The departments a user works for: a post at the referral desk serves the whole hospital."""
    at_desk = Q(organisation__posts__user=user, organisation__posts__until=None)
    at_desk &= Q(organisation__posts__department__code=DESK)
    own = Q(posts__user=user, posts__until=None)
    return Department.objects.filter(own | at_desk).exclude(code=DESK).distinct()


def _hospital_roles(user: User, department_id: int) -> set[Who]:
    roles = {Who.SPECIALIST: Role.SPECIALIST, Who.COORDINATOR: Role.COORDINATOR}
    held = {who for who, role in roles.items() if user.has_role(role)}
    return held if held and departments_of(user).filter(pk=department_id).exists() else set()


def roles_of(*, user: User | None, referral: Referral, now: datetime) -> frozenset[Who]:
    """Every side on which the user stands; nobody is the clock."""
    if user is None:
        return frozenset({Who.CLOCK})
    roles = _hospital_roles(user, referral.department_id)
    if user.has_role(Role.FAMILY_DOCTOR) and (
        referral.doctor.user_id == user.pk or cares_for(user=user, person_id=referral.person_id)
    ):
        roles.add(Who.FAMILY_DOCTOR)
    if acting_capacity(user=user, person=referral.person, now=now) is not None:
        roles.add(Who.FAMILY)
    return frozenset(roles)


def is_staff_side(roles: Collection[Who]) -> bool:
    """Whether questions and answers between the doctors are shown."""
    return not {Who.FAMILY_DOCTOR, Who.SPECIALIST, Who.COORDINATOR}.isdisjoint(roles)
