"""Starts Celery workers by forking a process that has everything imported: a thousand in the time of a few.

Each line on standard input starts one, in a process group of its own; its id is answered on standard output.
"""

from __future__ import annotations

import os
import signal
import sys

from config.celery import app
from config.process import dies_with_parent

ALONE = ("--without-gossip", "--without-mingle", "--without-heartbeat")
COMMAND = ["worker", "--concurrency", "2", "--loglevel", "ERROR", *ALONE]


def main() -> None:
    app.loader.import_default_modules()
    app.finalize()
    print("ready", flush=True)
    for _ in sys.stdin:
        _bury_the_dead()
        child = os.fork()
        if child == 0:
            _become_a_worker()
        print(child, flush=True)


def _become_a_worker() -> None:
    os.setsid()
    dies_with_parent(signal.SIGKILL)()
    os.dup2(2, 1)
    app.worker_main(COMMAND)
    os._exit(0)


def _bury_the_dead() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


if __name__ == "__main__":
    main()
