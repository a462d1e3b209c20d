"""Four eyes: one person asks with a reason, another one decides, once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from apps.accounts.models import User
from apps.fund.errors import AlreadyDecided, ReasonMissing, SecondPersonNeeded
from apps.fund.models import SecondLook

Asked = TypeVar("Asked", bound=SecondLook)


def ask_second_look(
    kind: type[Asked], *, about: Mapping[str, object], actor: User, reason: str, key: UUID, now: datetime
) -> tuple[Asked, bool]:
    """Write the request down; answers it and whether it is new: the same key, or one that waits, is the first one.

    Raises ReasonMissing.
    """
    rows = kind._default_manager
    known = rows.filter(key=key).first() or rows.filter(**about, state=SecondLook.State.ASKED).first()
    if known is not None:
        return known, False
    if not reason.strip():
        raise ReasonMissing
    return rows.create(**about, reason=reason.strip(), asked_by=actor, asked_at=now, key=key), True


def decide_second_look(asked: SecondLook, *, actor: User, agrees: bool, now: datetime) -> None:
    """Fill in the decision; the caller saves it with what it does.  Who asked may only withdraw.

    Raises AlreadyDecided, SecondPersonNeeded.
    """
    if not asked.is_open:
        raise AlreadyDecided
    if agrees and asked.asked_by_id == actor.pk:
        raise SecondPersonNeeded
    asked.state = SecondLook.State.AGREED if agrees else SecondLook.State.REFUSED
    asked.decided_by, asked.decided_at = actor, now
