"""Who proposes what happens to money, and who may be the second person."""

from __future__ import annotations

from apps.accounts.models import Role, User
from apps.core.errors import DomainError, NotAllowed
from apps.payments.errors import AlreadyDecided, CausedByYou, SecondPersonNeeded
from apps.payments.models import Order, Proposal

READERS = (Role.TREASURER, Role.AUDITOR)
PROPOSERS = (Role.TREASURER,)
CONFIRMERS = (Role.TREASURER, Role.COUNCIL)


def check_may_propose(*, actor: User, order: Order | None) -> None:
    """A treasurer, unless the payment follows from a decision of their own.  Raises NotAllowed, CausedByYou."""
    if not actor.has_role(*PROPOSERS):
        raise NotAllowed
    if order is not None and order.caused_by_id == actor.pk:
        raise CausedByYou


def check_may_confirm(*, actor: User, proposal: Proposal) -> None:
    """Another treasurer or a member of the council.

    Raises NotAllowed, AlreadyDecided, SecondPersonNeeded, CausedByYou.
    """
    if not actor.has_role(*CONFIRMERS):
        raise NotAllowed
    if not proposal.is_open:
        raise AlreadyDecided
    if proposal.proposed_by_id == actor.pk:
        raise SecondPersonNeeded
    if proposal.order is not None and proposal.order.caused_by_id == actor.pk:
        raise CausedByYou


def can_confirm(*, actor: User, proposal: Proposal) -> bool:
    try:
        check_may_confirm(actor=actor, proposal=proposal)
    except DomainError:
        return False
    return True
