"""Who may see, file and decide a claim."""

from __future__ import annotations

from datetime import datetime

from apps.accounts.models import Role, User
from apps.claims.errors import NotTaken, OwnFamilyClaim
from apps.claims.models import Claim
from apps.core.errors import NotAllowed
from apps.members.models import Person
from apps.members.permissions import check_may_act, is_family

CLAIM = "claim"
"""The purpose under which reads of claim papers are allowed and logged."""


def check_may_file(*, actor: User, person_id: int, now: datetime) -> Person:
    """The person, if the actor may claim for them.  Raises NotAllowed."""
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        raise NotAllowed
    check_may_act(user=actor, person=person, now=now)
    return person


def check_may_take(*, actor: User, claim: Claim) -> None:
    """Raises NotAllowed, OwnFamilyClaim."""
    if not actor.has_role(Role.CLAIMS_OFFICER):
        raise NotAllowed
    if is_family(actor, claim.bill.person) or claim.bill.filed_by_id == actor.pk:
        raise OwnFamilyClaim


def check_may_review(*, actor: User, claim: Claim) -> None:
    """Raises NotAllowed, OwnFamilyClaim, NotTaken."""
    check_may_take(actor=actor, claim=claim)
    if claim.taken_by_id != actor.pk:
        raise NotTaken
