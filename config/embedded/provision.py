"""Roles, database and message queue of the embedded server; run again it changes nothing."""

from dataclasses import dataclass
from urllib.parse import quote

import environ
import psycopg
from pgmq import get_embedded_install_sql
from psycopg import sql
from psycopg.conninfo import make_conninfo

from config.embedded.cluster import PORT, SUPERUSER
from config.embedded.layout import Layout

DATABASE = "gongji"
OWNER = "gongji_owner"  # owns the tables, runs migrations
APP = "gongji_app"  # reads and writes rows, changes no table
BROKER = "gongji_broker"  # owns the schema of the message queue and nothing else


@dataclass(frozen=True)
class Addresses:
    """How to reach a provisioned server, by role; the values go into environment variables."""

    folder: str

    def url(self, role: str) -> str:
        return f"postgres://{role}@:{PORT}/{quote(self.folder)}/{DATABASE}"

    def conninfo(self, role: str, database: str = DATABASE) -> str:
        return make_conninfo(host=self.folder, port=PORT, user=role, dbname=database)

    def environment(self) -> dict[str, str]:
        """The variables for a process of the portal: the application role, and the owner for migrations."""
        return {
            "DATABASE_URL": self.url(APP),
            "DATABASE_MIGRATION_URL": self.url(OWNER),
            "CELERY_BROKER_URL": "pgmq://",
            "PGMQ_CONNINFO": self.conninfo(BROKER),
        }


def addresses_of(layout: Layout) -> Addresses:
    return Addresses(str(layout.sockets))


def provision(addresses: Addresses) -> None:
    """Make what is missing of roles, rights, database and queue."""
    with psycopg.connect(addresses.conninfo(SUPERUSER, "template1"), autocommit=True) as connection:
        _make_roles(connection)
        _grant_by_default(connection)
        if not _row(connection, "SELECT 1 FROM pg_database WHERE datname = %s", DATABASE):
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER))
            )
    with psycopg.connect(addresses.conninfo(SUPERUSER)) as connection:
        _make_queue(connection)


def _make_roles(connection: psycopg.Connection) -> None:
    for role in (OWNER, APP, BROKER):
        if not _row(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", role):
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))


def _grant_by_default(connection: psycopg.Connection) -> None:
    """Rows of what the owner (in tests: the superuser) creates are the application's, in every database made later."""
    for maker in (OWNER, SUPERUSER):
        for rights, kind in (("SELECT, INSERT, UPDATE, DELETE", "TABLES"), ("USAGE, SELECT", "SEQUENCES")):
            connection.execute(
                sql.SQL("ALTER DEFAULT PRIVILEGES FOR ROLE {} IN SCHEMA public GRANT {} ON {} TO {}").format(
                    sql.Identifier(maker), sql.SQL(rights), sql.SQL(kind), sql.Identifier(APP)
                )
            )
    connection.execute(sql.SQL("GRANT USAGE, CREATE ON SCHEMA public TO {}").format(sql.Identifier(OWNER)))


def _make_queue(connection: psycopg.Connection) -> None:
    """The queue's own schema under its own role: a worker must be able to create its queue there."""
    broker, database = sql.Identifier(BROKER), sql.Identifier(DATABASE)
    connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS pgmq AUTHORIZATION {}").format(broker))
    connection.execute(sql.SQL("GRANT CREATE ON DATABASE {} TO {}").format(database, broker))  # the script asks for it
    connection.execute(sql.SQL("SET ROLE {}").format(broker))
    install_queue(connection)
    connection.execute("RESET ROLE")
    connection.execute(sql.SQL("REVOKE CREATE ON DATABASE {} FROM {}").format(database, broker))


def install_queue(connection: psycopg.Connection) -> None:
    """Run the queue's bundled SQL once, as whoever the connection is."""
    if not _row(connection, "SELECT 1 WHERE to_regclass('pgmq.meta') IS NOT NULL"):
        connection.execute(get_embedded_install_sql())


def _row(connection: psycopg.Connection, query: str, *values: str) -> object:
    return connection.execute(query, values).fetchone()


def conninfo_of(url: str) -> str:
    """A libpq connection string from a DATABASE_URL, which may hold forms that libpq does not know."""
    parts = environ.Env.db_url_config(url)
    keys = {"HOST": "host", "PORT": "port", "USER": "user", "PASSWORD": "password", "NAME": "dbname"}
    return make_conninfo(**{ours: str(parts[theirs]) for theirs, ours in keys.items() if parts.get(theirs)})


def install_queue_at(conninfo: str) -> None:
    """Make the queue's tables in a database that others run.  Raises psycopg.Error where the role may not."""
    with psycopg.connect(conninfo) as connection:
        install_queue(connection)
