"""Background work on files."""

from celery import shared_task

from apps.core import clock
from apps.documents.services import expire_held, forget_orphans


@shared_task(name="documents.expire_held")
def expire() -> None:
    """Let go of files whose form was never sent, and of bytes that no row knows."""
    now = clock.now()
    expire_held(now=now)
    forget_orphans(now=now)
