"""Who may see, file and decide a claim."""

from __future__ import annotations

from datetime import datetime

from apps.accounts.models import Role, User
from apps.claims.errors import NotTaken, OwnFamilyClaim
from apps.claims.models import Claim
from apps.core.errors import NotAllowed
from apps.members.models import Person
from apps.members.permissions import is_family, reader_capacity

CLAIM = "claim"
"""The purpose under which reads of claim papers are allowed and logged."""


def check_may_file(person: Person | None, *, now: datetime) -> Person:
    """The person as ``people_of`` the actor found them, if the actor may claim for them.  Raises NotAllowed."""
    if person is None or reader_capacity(person, now=now) is None:
        raise NotAllowed
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
