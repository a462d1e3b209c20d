"""A database of the benchmark's own, with the portal's tables: made for the run, dropped after it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DEFAULT_DB_ALIAS, connection, connections
from psycopg import Error, connect, sql
from psycopg.conninfo import make_conninfo

KEEPERS = (None, "postgres")  # ourselves, else the superuser of the embedded server


@contextmanager
def scratch_database(*apps: str) -> Iterator[None]:
    """Point Django at a new database on the same server, migrated as far as the apps need; nothing else is touched."""
    parameters = connection.get_connection_params()
    here, name = parameters["dbname"], f"gongji_bench_{os.getpid()}"
    settings = connections.settings[DEFAULT_DB_ALIAS]
    keeper = _keeper(parameters, name)
    try:
        connection.close()
        settings["NAME"] = name
        for app in apps:
            call_command("migrate", app, verbosity=0, interactive=False)
        yield
    finally:
        connection.close()
        settings["NAME"] = here
        with connect(keeper, autocommit=True) as server:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _keeper(parameters: dict[str, object], name: str) -> str:
    """The conninfo of a role that may make databases, once it has made ours.  Raises CommandError."""
    wanted = {key: str(parameters[key]) for key in ("host", "port", "user", "password") if parameters.get(key)}
    for role in KEEPERS:
        conninfo = make_conninfo(**{**wanted, **({"user": role} if role else {}), "dbname": "postgres"})
        try:
            with connect(conninfo, autocommit=True) as server:
                owner = sql.Identifier(wanted.get("user") or server.info.user)
                server.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), owner))
                return conninfo
        except Error as error:
            reason = error
    raise CommandError(f"This benchmark writes into a database of its own, and none could be made: {reason}")
