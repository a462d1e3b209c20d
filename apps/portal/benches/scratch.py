"""A database of the benchmark's own, with the portal's tables: made for the run, dropped after it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connection

from apps.portal.databases import create_database, drop_database, working_in


@contextmanager
def scratch_database(*apps: str) -> Iterator[None]:
    """Work in a new database on the same server, with the tables that the apps need, or all of them.

    Nothing else is touched.
    """
    name = f"gongji_bench_{os.getpid()}"
    create_database(name)
    try:
        with working_in(name):
            for named in [[app] for app in apps] or [[]]:
                call_command("migrate", *named, verbosity=0, interactive=False)
            yield
    finally:
        drop_database(name)


def analyze() -> None:
    """Count what is in the tables, as a running server does by itself within a minute."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
