"""Reads of messages: a person's own, and the outbox without any detail."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, QuerySet
from django.db.models.functions import Now

from apps.accounts.models import User
from apps.reminders.models import Message


def inbox_of(user: User, now: datetime) -> QuerySet[Message]:
    return Message.objects.visible(now).filter(recipient=user).order_by("-due_at", "-id")


def unread_count(user: User, now: datetime | None = None) -> int:
    """For the badge of every page; without ``now`` the database's own clock decides what is due."""
    rows = Message.objects.filter(recipient=user, channel=Message.Channel.IN_APP, read_at=None)
    return rows.filter(due_at__lte=now or Now()).count()


def outbox(state: str = "") -> QuerySet[Message]:
    """All messages, newest first, without their parameters: officers see that, not what."""
    rows = Message.objects.defer("parameters").select_related("recipient").order_by("-due_at", "-id")
    return rows.filter(state=state) if state else rows


def counts_by_state() -> dict[str, int]:
    return dict(Message.objects.values_list("state").annotate(Count("id")))
