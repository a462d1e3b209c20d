"""Ring a background task once the transaction is committed; a lost ring costs time, never money."""

import logging

from django.db import transaction

from config.celery import app

logger = logging.getLogger(__name__)


def ring(task: str, *args: int) -> None:
    """Send a task by name on commit.  Arguments are ids only; a dead broker is logged and survived."""
    transaction.on_commit(lambda: _send(task, args), robust=True)


def _send(task: str, args: tuple[int, ...]) -> None:
    try:
        app.send_task(task, args=args, retry=False)
    except Exception:
        logger.warning("The broker did not take %s; the sweeper will find the work", task, exc_info=True)
