"""PostgreSQL's own client programs, in a version that fits the server, told by the environment whom to ask."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from django.core.management.base import CommandError
from django.db import connection

from config.embedded.layout import wheel_programs

LIBPQ = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}


def environment() -> dict[str, str]:
    """Where Django's database is, as libpq reads it; a password never stands on a command line."""
    parameters = connection.get_connection_params()
    ours = {LIBPQ[name]: str(value) for name, value in parameters.items() if name in LIBPQ and value}
    return {**os.environ, **ours}


def program(name: str) -> str:
    """The oldest of the programs at hand that is not older than the server.  Raises CommandError."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        server = int(cursor.fetchone()[0]) // 10_000
    fitting = sorted((version, path) for version, path in _at_hand(name) if version >= server)
    if not fitting:
        raise CommandError(
            f"The server is PostgreSQL {server}, and no {name} of that version or newer was found. "
            f"Install it, then start again:  apt-get install -y postgresql-client-{server}"
        )
    return fitting[0][1]


def _at_hand(name: str) -> Iterator[tuple[int, str]]:
    """Version and path: the system's program, and the one that comes with the embedded server."""
    for path in (shutil.which(name), wheel_programs() / name):
        if path and Path(path).exists():
            said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
            version = re.search(r"\) (\d+)", said)
            if version:
                yield int(version[1]), str(path)
