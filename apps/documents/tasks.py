"""Background work on files."""

from celery import shared_task

from apps.core import clock
from apps.documents.services import expire_held


@shared_task(name="documents.expire_held")
def expire() -> None:
    """Let go of files whose form was never sent."""
    expire_held(now=clock.now())
