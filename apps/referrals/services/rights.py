"""Reading rights of the hospital: from the submission until 30 days after the end."""

from __future__ import annotations

from datetime import datetime, timedelta

from apps.directory.models import Department
from apps.members.rules.access import Rule
from apps.members.services import close_grants, open_grant
from apps.referrals.models import Referral
from apps.referrals.permissions import DESK
from apps.referrals.rules.words import State
from apps.referrals.services.news import LABEL

AFTER_THE_END = timedelta(days=30)


def open_rights(referral: Referral, *, now: datetime) -> None:
    """The target department and the referral desk of its hospital may read."""
    organisation_id = referral.department.organisation_id
    desks = Department.objects.filter(organisation_id=organisation_id, code=DESK).values_list("pk", flat=True)
    for department_id in {referral.department_id, *desks}:
        open_grant(
            person_id=referral.person_id,
            grantee_department_id=department_id,
            rule=Rule.REFERRAL,
            purpose="referral",
            since=now,
            source=(LABEL, referral.pk),
            now=now,
        )


def move_rights(referral: Referral, *, now: datetime) -> None:
    """Another department is asked: the first one's right ends at once."""
    close_grants(source=(LABEL, referral.pk), at=now, now=now)
    open_rights(referral, now=now)


def end_rights(referral: Referral, *, now: datetime) -> None:
    """A cancelled referral needs no reading any more; a closed one for 30 days."""
    at = now if referral.state == State.CANCELLED else now + AFTER_THE_END
    close_grants(source=(LABEL, referral.pk), at=at, now=now)
