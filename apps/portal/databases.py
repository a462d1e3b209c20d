"""Another database on the same server: made, worked in through Django's own connection, and left again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError
from django.db import DEFAULT_DB_ALIAS, connection, connections
from psycopg import Connection, Error, connect, errors, sql
from psycopg.conninfo import make_conninfo

KEEPERS = (None, "postgres")  # ourselves, else the superuser of the embedded server


def create_database(name: str) -> None:
    """Make an empty database that belongs to the role Django connects as.  Raises CommandError."""
    reason: Error | None = None
    for role in KEEPERS:
        try:
            with _server(role) as server:
                owner = sql.Identifier(connection.get_connection_params().get("user") or server.info.user)
                server.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), owner))
                return
        except errors.DuplicateDatabase:
            raise CommandError(f"A database {name} is there already: choose another name.") from None
        except Error as error:
            reason = reason or error
    raise CommandError(f"The database {name} could not be made: {reason}")


def drop_database(name: str) -> None:
    """Throw a database away with all that is in it."""
    for role in KEEPERS:
        try:
            with _server(role) as server:
                server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
                return
        except Error:
            continue


@contextmanager
def working_in(name: str) -> Iterator[None]:
    """Point Django's connection at another database of the server for a while."""
    settings = connections.settings[DEFAULT_DB_ALIAS]
    here = settings["NAME"]
    connection.close()
    settings["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        settings["NAME"] = here


def _server(role: str | None) -> Connection:
    parameters = connection.get_connection_params()
    wanted = {key: str(parameters[key]) for key in ("host", "port", "user", "password") if parameters.get(key)}
    own = {"user": role} if role else {}
    return connect(make_conninfo(**{**wanted, **own, "dbname": "postgres"}), autocommit=True)
