"""Ring a background task once the transaction is committed; a lost ring costs time, never money.

Many rings of one task in a row become two, at once and a little later: a run does all there is to do, and where that is
too much for one it rings again or leaves the rest to the sweeper.
"""

import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.db import connection, transaction

from config.celery import app

logger = logging.getLogger(__name__)
_is_muted: ContextVar[bool] = ContextVar("is_muted", default=False)


def ring(task: str, *args: int) -> None:
    """Send a task by name on commit.  Arguments are ids only; a dead broker is logged and survived."""
    if not _is_muted.get():
        transaction.on_commit(lambda: _send(task, args) if args else _bell.press(task), robust=True)


@contextmanager
def muted() -> Iterator[None]:
    """Ring nothing: for loads that do the work of the tasks themselves."""
    token = _is_muted.set(True)
    try:
        yield
    finally:
        _is_muted.reset(token)


@contextmanager
def alone(job: str) -> Iterator[bool]:
    """Whether nobody else is at a job that takes long, by its name; let go at the end, or with the connection.

    A broker gives a message out again while its worker is still busy with it: who gets it then finds the job taken.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(7305, hashtext(%s))", [job])
        (is_mine,) = cursor.fetchone()
    try:
        yield is_mine
    finally:
        if is_mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(7305, hashtext(%s))", [job])


def _send(task: str, args: tuple[int, ...]) -> None:
    try:
        app.send_task(task, args=args, retry=False)
    except Exception:
        logger.warning("The broker did not take %s; the sweeper will find the work", task, exc_info=True)


class Doorbell:
    """Rings a task at once, then not for a while; who presses in the meantime is heard at the end of it."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """As new: in a process just forked, where no thread of the old one lives on."""
        self._lock = threading.Lock()
        self._rung_at: dict[str, float] = {}
        self._waiting: set[str] = set()

    def press(self, task: str) -> None:
        """Safe from any thread; a process that ends with a ring still to come leaves it to the sweeper."""
        with self._lock:
            if task in self._waiting:
                return
            rest = self._rung_at.get(task, 0.0) + settings.RING_QUIET_SECONDS - time.monotonic()
            if rest > 0 and self._begins_to_wait(task, rest):
                return
            self._rung_at[task] = time.monotonic()
        _send(task, ())

    def _begins_to_wait(self, task: str, rest: float) -> bool:
        """False where no thread can be had for it."""
        later = threading.Timer(rest, self._ring_later, [task])
        later.daemon = True
        try:
            later.start()
        except RuntimeError:
            return False
        self._waiting.add(task)
        return True

    def _ring_later(self, task: str) -> None:
        with self._lock:
            self._waiting.discard(task)
            self._rung_at[task] = time.monotonic()
        _send(task, ())


_bell = Doorbell()
os.register_at_fork(after_in_child=_bell.forget)
