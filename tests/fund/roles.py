"""A database made as an operator makes it, its tables migrated by the owner's role, and connections as either role."""

import os
import subprocess
import sys
from contextlib import contextmanager
from urllib.parse import quote

import psycopg
from django.db import connection
from psycopg import sql
from psycopg.conninfo import make_conninfo

from config.bootstrap import ROOT
from config.embedded.provision import APP, OWNER

PASSWORD = "for-tests-only"  # asked for only by servers that do not trust us


class RoleDatabase:
    """``gongji_owner`` owns it, ``gongji_app`` works in it; both really connect."""

    def __init__(self, name):
        self.name = name
        settings = connection.get_connection_params()
        self.host, self.port = settings.get("host", ""), settings.get("port", 5432)
        self.server = {key: settings[key] for key in ("host", "port", "user", "password") if settings.get(key)}

    def connect(self, role=None):
        own = {"user": role, "password": PASSWORD} if role else {}
        return psycopg.connect(make_conninfo(**{**self.server, **own, "dbname": self.name}))

    def url(self, role):
        place = f":{self.port}/{quote(self.host)}" if self.host.startswith("/") else f"{self.host}:{self.port}"
        return f"postgres://{role}:{PASSWORD}@{place}/{self.name}"

    def create(self):
        maintenance = make_conninfo(**{**self.server, "dbname": "postgres"})
        with psycopg.connect(maintenance, autocommit=True) as server:
            for role in (OWNER, APP):
                _make_role(server, role)
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(self.name)))
            server.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(self.name), sql.Identifier(OWNER))
            )
        with self.connect() as admin:
            admin.execute(f"GRANT USAGE, CREATE ON SCHEMA public TO {OWNER}")
            for rights, kind in (("SELECT, INSERT, UPDATE, DELETE", "TABLES"), ("USAGE, SELECT", "SEQUENCES")):
                admin.execute(
                    f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public GRANT {rights} ON {kind} TO {APP}"
                )

    def manage(self, *command, role=OWNER):
        """Run a command of the portal as one of the roles; answers what it said."""
        environ = {**os.environ, "DATABASE_URL": self.url(role), "DJANGO_SETTINGS_MODULE": "config.settings.test"}
        environ["DATABASE_MIGRATION_URL"] = self.url(OWNER)
        done = subprocess.run(
            [sys.executable, ROOT / "manage.py", *command],
            env=environ,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def drop(self):
        with psycopg.connect(make_conninfo(**{**self.server, "dbname": "postgres"}), autocommit=True) as server:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(self.name)))


def _make_role(server, role):
    if not server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s AND rolcanlogin", [role]).fetchone():
        try:
            server.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(role), PASSWORD))
        except (psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
            server.execute(sql.SQL("ALTER ROLE {} LOGIN").format(sql.Identifier(role)))


@contextmanager
def role_database(*apps):
    """A database whose tables, as far as the apps need them, the owner has migrated."""
    made = RoleDatabase(f"{connection.settings_dict['NAME']}_roles_{os.getpid()}"[:60])
    made.create()
    try:
        for app in apps or ("",):
            made.manage("migrate", *filter(None, [app]), "--no-input")
        yield made
    finally:
        made.drop()
