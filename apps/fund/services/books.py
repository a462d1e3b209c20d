"""Close the books up to a day, and open them again: never by an edit, always by a row."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from apps.accounts.models import User
from apps.fund.models import Closing


@transaction.atomic(savepoint=False)
def close_books(*, through: date, now: datetime) -> Closing:
    """Close all days up to and including ``through``; again or earlier changes nothing.

    Call it in a transaction of its own after the entries of the close: it waits for every post under way.
    """
    latest = Closing.objects.order_by("-id").first()
    if latest is not None and latest.through >= through:
        return latest
    return Closing.objects.create(through=through, closed_at=now)


@transaction.atomic(savepoint=False)
def reopen_books(*, through: date, reason: str, asked_by: User, agreed_by: User | None, now: datetime) -> Closing:
    """Open all days after ``through`` again; the database wants a reason and two persons, and keeps the row."""
    return Closing.objects.create(through=through, closed_at=now, reason=reason, asked_by=asked_by, agreed_by=agreed_by)
