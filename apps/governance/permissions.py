"""Who may see drafts, who acts for the council, who names a payee's account; and what a seat may do now."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser

from apps.accounts.models import Role, User
from apps.governance.models import Resolution, Seat, State

COUNCIL = (Role.COUNCIL,)
DRAFT_READERS = (Role.COUNCIL, Role.TREASURER, Role.AUDITOR)
ACCOUNT_KEEPERS = (Role.TREASURER,)


def can_read_drafts(user: User | AnonymousUser) -> bool:
    """Open and decided resolutions are everyone's; drafts are not."""
    return isinstance(user, User) and user.has_role(*DRAFT_READERS)


def can_open(seat: Seat | None, resolution: Resolution) -> bool:
    return seat is not None and resolution.state == State.DRAFT and resolution.proposed_by_id != seat.pk


def can_cancel(seat: Seat | None, resolution: Resolution) -> bool:
    return seat is not None and resolution.state in (State.DRAFT, State.OPEN) and resolution.opened_by_id != seat.pk


def can_close(seat: Seat | None, resolution: Resolution) -> bool:
    """Whether the seat may ask; the votes decide whether it is too early."""
    return seat is not None and resolution.state == State.OPEN and resolution.opened_by_id != seat.pk


def can_ratify(seat: Seat | None, resolution: Resolution) -> bool:
    return seat is not None and resolution.state == State.RATIFYING and resolution.opened_by_id != seat.pk
