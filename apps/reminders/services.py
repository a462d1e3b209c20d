"""Write down what is to be told, and deliver what is due."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils import translation

from apps.accounts.models import User
from apps.core.jobs import ring
from apps.reminders import texts
from apps.reminders.models import Message

logger = logging.getLogger(__name__)
MAX_TRIES = 5


@dataclass(frozen=True, slots=True)
class News:
    """What is to be told to some users; ``due_at`` empty means now.  Each user and channel is told once per ``key``."""

    to: Iterable[int]
    kind: str
    parameters: Mapping[str, object]
    key: str
    due_at: datetime | None = None
    channels: Sequence[str] = (Message.Channel.IN_APP, Message.Channel.EMAIL)


def remind(*news: News, now: datetime) -> None:
    """Write down all of the news in one statement; what was written before under the same key stays.

    Raises ValueError when a place of a kind's text has no parameter: better here than in the worker at night.
    """
    Message.objects.bulk_create(new_messages(*news, now=now), ignore_conflicts=True)


def new_messages(*news: News, now: datetime) -> list[Message]:
    """The messages as ``remind`` would write them down, for who writes many rows together under a new key."""
    if any(item.due_at is None or item.due_at <= now for item in news):
        ring("reminders.send_due")
    return [row for item in news for row in _messages(item, now)]


def _messages(news: News, now: datetime) -> Iterator[Message]:
    missing = texts.places_of(news.kind) - news.parameters.keys()
    if missing:
        raise ValueError(f"{news.kind} needs {', '.join(sorted(missing))}")
    parameters = {name: texts.stored(value) for name, value in news.parameters.items()}
    for user_id in news.to:
        for channel in news.channels:
            yield Message(
                recipient_id=user_id,
                kind=news.kind,
                parameters=parameters,
                channel=channel,
                due_at=news.due_at or now,
                try_after=news.due_at or now,
                key=f"{news.key}:{user_id}:{channel}",
                created_at=now,
            )


def send_due_messages(*, now: datetime, limit: int = 200) -> int:
    """Deliver up to ``limit`` due messages; workers share the work by skipping each other's rows."""
    sent = _show_in_app(now=now, limit=limit)
    while sent < limit and _send_next_email(now=now):
        sent += 1
    return sent


@transaction.atomic
def _show_in_app(*, now: datetime, limit: int) -> int:
    due = Message.objects.to_deliver(now).filter(channel=Message.Channel.IN_APP)
    ids = list(due.select_for_update(skip_locked=True).values_list("id", flat=True)[:limit])
    return Message.objects.filter(id__in=ids).update(state=Message.State.SENT, sent_at=now)


@transaction.atomic
def _send_next_email(*, now: datetime) -> bool:
    """One e-mail per transaction: a worker that dies repeats at most the one it held."""
    due = Message.objects.to_deliver(now).filter(channel=Message.Channel.EMAIL)
    message = due.select_for_update(skip_locked=True, of=("self",)).select_related("recipient").order_by("id").first()
    if message is None:
        return False
    message.tries += 1
    try:
        _deliver(message, message.recipient)
    except Exception:
        logger.warning("Message %s was not taken by the mail server", message.pk, exc_info=True)
        message.try_after = now + timedelta(minutes=2**message.tries)
        if message.tries >= MAX_TRIES:
            message.state = Message.State.FAILED
    else:
        message.state, message.sent_at = Message.State.SENT, now
    message.save(update_fields=["state", "sent_at", "tries", "try_after"])
    return True


def _deliver(message: Message, recipient: User) -> None:
    site = str(getattr(settings, "SITE_URL", "")).rstrip("/")
    with translation.override(recipient.language):
        subject, body = texts.email_of(message.kind, message.parameters, site=site)
    send_mail(subject, body, None, [recipient.email])


def mark_read(*, user: User, now: datetime) -> int:
    """Everything the user sees in the inbox now counts as read."""
    return Message.objects.visible(now).filter(recipient=user, read_at=None).update(read_at=now)
