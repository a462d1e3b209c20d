"""What a backup holds, counted and fingerprinted, so that whoever restores it can prove that nothing is missing."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db import connection
from psycopg import sql

from apps.core.fields import UnreadableField, decrypt, encrypt

NAME, FORMAT, PROBE = "manifest.json", 1, "gongji"
CHUNK = 1 << 20
NOT_COMPARED = ("xact",)  # the number of the transaction that wrote an entry: another server has its own


@dataclass(frozen=True)
class Facts:
    """What the database says: rows and fingerprint of each table, balances (fen), the ends of the hash chain."""

    tables: dict[str, list[Any]]
    balances: dict[str, int]
    chain: list[Any]
    migrations: list[str]


@dataclass(frozen=True)
class Manifest:
    """``files``: size and SHA-256 by path, the dump among them; ``lost``: uploads that rows name and no folder holds.

    ``probe`` is a text under the keys of the encrypted fields.
    """

    format: int
    made_at: str
    server: str
    probe: str
    facts: Facts
    files: dict[str, list[Any]]
    lost: list[str]

    def write(self, folder: Path) -> str:
        """Write it down; answers its SHA-256."""
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True)
        (folder / NAME).write_text(text, encoding="utf-8")
        return hashlib.sha256(text.encode()).hexdigest()


def manifest_of(facts: Facts, files: dict[str, list[Any]], lost: list[str], *, now: datetime) -> Manifest:
    return Manifest(FORMAT, now.isoformat(), server_version(), encrypt(PROBE, context="backup"), facts, files, lost)


def read_manifest(folder: Path) -> Manifest:
    """Raises CommandError for a folder that holds no backup of ours, or one under other keys than these."""
    try:
        data = json.loads((folder / NAME).read_text(encoding="utf-8"))
        manifest = Manifest(**{**data, "facts": Facts(**data["facts"])})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise CommandError(
            f"{folder} holds no complete backup ({error}). Name the folder that backup has made."
        ) from None
    if manifest.format != FORMAT:
        raise CommandError(f"This backup has format {manifest.format}; this program reads format {FORMAT}.")
    try:
        decrypt(manifest.probe, context="backup")
    except UnreadableField:
        raise CommandError(
            "The backup was written under other keys: account numbers and notes in it could not be read. "
            "Set FIELD_KEYS to the keys of that time, then start again."
        ) from None
    return manifest


def facts() -> Facts:
    """Read by whatever transaction is open, so that a dump of the same snapshot holds the same."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE 'UTC'")
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
        tables = {name: _rows(name) for (name,) in cursor.fetchall()}
        cursor.execute("SELECT code, balance_fen FROM fund_account ORDER BY code")
        balances = dict(cursor.fetchall())
        cursor.execute(
            "SELECT count(*), (SELECT hash FROM fund_chainlink ORDER BY id DESC LIMIT 1) FROM fund_chainlink"
        )
        chain = list(cursor.fetchone())
        cursor.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1")
        return Facts(tables, balances, chain, sorted({name for (name,) in cursor.fetchall()}))


def _rows(table: str) -> list[Any]:
    """How many rows, and a fingerprint of their content in whatever order they lie."""
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "SELECT count(*), sum(hashtextextended((to_jsonb(t) - {}::text[])::text, 0)::numeric) FROM {} t"
            ).format(sql.Literal(list(NOT_COMPARED)), sql.Identifier(table))
        )
        count, digest = cursor.fetchone()
        return [count, str(digest)]


def server_version() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return str(cursor.fetchone()[0])


def fingerprint(path: Path) -> list[Any]:
    """Size and SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(CHUNK):
            digest.update(part)
    return [path.stat().st_size, digest.hexdigest()]
