"""Who may work on a follow-up, and whose data a list may show."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from apps.accounts.models import User
from apps.audit.models import Access
from apps.care.errors import NotYourPatient
from apps.care.models import DoctorContract, Task
from apps.members.models import Grant, Signature
from apps.members.rules.access import CONSENT_FOR, Rule


def check_cares_for(*, user: User, person_id: int) -> DoctorContract:
    """The open contract between the user as family doctor and the person.  Raises NotYourPatient."""
    rows = DoctorContract.objects.filter(person_id=person_id, doctor__user=user, until=None)
    contract = rows.select_related("doctor__user").first()
    if contract is None:
        raise NotYourPatient
    return contract


def cares_for(*, user: User, person_id: int) -> bool:
    return DoctorContract.objects.filter(person_id=person_id, doctor__user=user, until=None).exists()


def check_is_assigned(*, user: User, task: Task) -> None:
    """Raises NotYourPatient unless the task is the user's own."""
    if task.assignee_id != user.pk:
        raise NotYourPatient


def readable_people(
    *, user: User, person_ids: Collection[int], purpose: str, now: datetime, rule: Rule = Rule.FAMILY_DOCTOR
) -> set[int]:
    """Those of a list whose data the user may read now by a grant of the rule; each such read is logged.

    The same test as ``members.check_may_read`` makes for one person, for a whole list in three queries.
    """
    granted = Grant.objects.live(now).for_reader(user).filter(rule=rule, person_id__in=person_ids)
    consents = Signature.objects.in_force().filter(text__kind=CONSENT_FOR[rule], person_id__in=person_ids)
    allowed = set(granted.values_list("person_id", flat=True)) & set(consents.values_list("person_id", flat=True))
    Access.objects.bulk_create(
        Access(at=now, reader_id=user.pk, person_id=person_id, rule=rule, purpose=purpose)
        for person_id in sorted(allowed)
    )
    return allowed
