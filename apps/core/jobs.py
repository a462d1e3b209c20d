"""Ring a background task once the transaction is committed; a lost ring costs time, never money."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import transaction

from config.celery import app

logger = logging.getLogger(__name__)
_is_muted: ContextVar[bool] = ContextVar("is_muted", default=False)


def ring(task: str, *args: int) -> None:
    """Send a task by name on commit.  Arguments are ids only; a dead broker is logged and survived."""
    if not _is_muted.get():
        transaction.on_commit(lambda: _send(task, args), robust=True)


@contextmanager
def muted() -> Iterator[None]:
    """Ring nothing: for loads that do the work of the tasks themselves."""
    token = _is_muted.set(True)
    try:
        yield
    finally:
        _is_muted.reset(token)


def _send(task: str, args: tuple[int, ...]) -> None:
    try:
        app.send_task(task, args=args, retry=False)
    except Exception:
        logger.warning("The broker did not take %s; the sweeper will find the work", task, exc_info=True)
