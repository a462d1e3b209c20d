"""Ends a worker that has fallen still, so that whoever supervises it starts another.

A pool child that is killed while it waits for work takes the pool's lock with it, and no sibling gets work again
(celery/billiard#104); some brokers stop feeding a worker after a reconnect (celery/celery#8030).  Both leave a process
that is alive and useless.  The clock rings twice a second, so silence means one of them, or no clock and no broker,
where starting again does no harm.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import threading
import time
from typing import Any

from celery.worker import state

logger = logging.getLogger(__name__)
LOOKS = 4  # in the time given


def watch(pool: Any, seconds: float) -> None:
    """End this process when no task has begun for so long."""
    threading.Thread(target=_watch, args=(pool, seconds), name="watchdog", daemon=True).start()


def _watch(pool: Any, seconds: float) -> None:
    begun, since = -1, time.monotonic()
    while time.monotonic() - since < seconds:
        time.sleep(seconds / LOOKS)
        if begun != (now := sum(state.total_count.values())):
            begun, since = now, time.monotonic()
    logger.critical("No task has begun for %s seconds: this worker ends, another takes its place", seconds)
    for pid in pool.info.get("processes", ()):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    os._exit(os.EX_TEMPFAIL)
