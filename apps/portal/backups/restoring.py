"""Bring a backup back: checked before, all of it or nothing, payments frozen with it, proved equal after."""

from __future__ import annotations

import json
import shutil
import subprocess
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.management.base import CommandError
from django.db import connection, transaction
from psycopg import sql

from apps.fund.services import check_books
from apps.portal.backups.manifest import Facts, Manifest, facts, fingerprint, read_manifest
from apps.portal.backups.programs import environment, program
from apps.portal.backups.writing import DUMP, UPLOADS, Progress
from config.rights import protect_append_only

EMPTY = """
SET client_min_messages = warning;
DO $$
DECLARE one record;
BEGIN
    FOR one IN
        SELECT relname AS name, CASE relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END AS kind
            FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'S')
            ORDER BY relkind = 'S'  -- a sequence of a column goes with its table
    LOOP
        EXECUTE format('DROP %s IF EXISTS public.%I CASCADE', one.kind, one.name);
    END LOOP;
    FOR one IN SELECT oid::regprocedure AS name FROM pg_proc WHERE pronamespace = 'public'::regnamespace LOOP
        EXECUTE format('DROP FUNCTION IF EXISTS %s CASCADE', one.name);
    END LOOP;
END $$;
"""
FINISH = """
-- Transaction numbers are this server's own: an old one that comes round again would unseal an entry.
SET search_path = public;
ALTER TABLE fund_entry DISABLE TRIGGER fund_entry_keeps_rows;
UPDATE fund_entry SET xact = 0;
ALTER TABLE fund_entry ENABLE TRIGGER fund_entry_keeps_rows;
INSERT INTO fund_freeze (reason, began_at, gap_from, state)
    SELECT {reason}, {now}, {made_at}, 'frozen' WHERE NOT EXISTS (SELECT 1 FROM fund_freeze WHERE state = 'frozen');
INSERT INTO audit_event (at, action, target_label, target_id, detail)
    VALUES ({now}, 'restored', 'portal.backup', 0, {detail});
"""
NOT_OURS = (" DEFAULT ACL ", " SCHEMA - ", " - SCHEMA ")
CUT_OFF = b"DO $$ BEGIN RAISE 'the dump could not be read to its end'; END $$;\n"
REASON = "Restored from a backup: the bank may know more than the books."
ADDED = ("audit_event", "fund_freeze")


def restore_backup(source: Path, *, uploads: Path, force: bool, now: datetime, progress: Progress) -> Manifest:
    """Fill the database Django is pointed at, and the folder of the uploads.

    Raises CommandError: damaged or incomplete backup, other keys, a newer program's tables, a database or folder that
    is not empty (unless ``force``), or a result that is not equal.
    """
    manifest = read_manifest(source)
    _check_files(source, manifest, progress)
    _check_empty(uploads, force=force)
    progress("Restoring the database", 0, 0)
    _load(source / DUMP, manifest, now)
    protect_append_only()
    _restore_uploads(source, manifest, uploads, progress)
    progress("Comparing with the manifest", 0, 0)
    _check_equal(manifest)
    return manifest


def _check_files(source: Path, manifest: Manifest, progress: Progress) -> None:
    for number, (name, expected) in enumerate(manifest.files.items(), 1):
        path = source / name
        if not path.exists() or fingerprint(path) != expected:
            raise CommandError(f"{path} is missing or damaged. Take another copy of the backup; nothing was changed.")
        progress("Checking the backup", number, len(manifest.files))


def _check_empty(uploads: Path, *, force: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        tables = cursor.fetchone()[0]
    if not force and tables:
        raise CommandError(
            f"The database {connection.settings_dict['NAME']} has {tables} tables. Nothing was changed. "
            "--into NAME restores into a new database beside it; --force throws away what is there."
        )
    if not force and uploads.exists() and any(uploads.iterdir()):
        raise CommandError(
            f"{uploads} is not empty. Nothing was changed. --force puts the backup's files in its place."
        )


def _load(dump: Path, manifest: Manifest, now: datetime) -> None:
    """One transaction: what was there goes, the dump comes, the seals are renewed, payments are frozen."""
    environ = environment()
    with TemporaryDirectory() as folder:
        wanted = _wanted_parts(dump, Path(folder) / "parts", environ)
        reading = subprocess.Popen(
            [program("pg_restore"), "--no-owner", f"--use-list={wanted}", "--file=-", str(dump)],
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # psql says what went wrong, or we do
        )
        _write(reading, manifest, now, environ)


def _wanted_parts(dump: Path, chosen: Path, environ: dict[str, str]) -> Path:
    """All of the dump but what belongs to the server it goes to: the schema itself and the rights given by default."""
    listing = [program("pg_restore"), "--list", str(dump)]
    done = subprocess.run(listing, env=environ, capture_output=True, text=True, check=False)
    parts = (line for line in done.stdout.splitlines() if not any(part in line for part in NOT_OURS))
    chosen.write_text("\n".join(parts))
    return chosen


def _write(reading: subprocess.Popen[bytes], manifest: Manifest, now: datetime, environ: dict[str, str]) -> None:
    writing = subprocess.Popen(
        [
            program("psql"),
            "--single-transaction",
            "--no-psqlrc",
            "--quiet",
            "--set=ON_ERROR_STOP=1",
            "--output=/dev/null",
        ],
        env=environ,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    connection.close()
    dumped, wanted = reading.stdout, writing.stdin
    if dumped is None or wanted is None:
        raise AssertionError("both are pipes")
    with suppress(BrokenPipeError):  # psql says below why it stopped
        wanted.write(EMPTY.encode())
        shutil.copyfileobj(dumped, wanted)
        wanted.write(_finish(manifest, now) if reading.wait() == 0 else CUT_OFF)
    _, said = writing.communicate()
    if writing.returncode or reading.wait():
        raise CommandError(f"The database could not be restored; nothing in it was changed.\n{said.decode().strip()}")


def _finish(manifest: Manifest, now: datetime) -> bytes:
    detail = json.dumps({"made_at": manifest.made_at, "entries": manifest.facts.tables["fund_entry"][0]})
    values = {"reason": REASON, "now": now.isoformat(), "made_at": manifest.made_at, "detail": detail}
    return sql.SQL(FINISH).format(**{name: sql.Literal(value) for name, value in values.items()}).as_bytes(None)


def _restore_uploads(source: Path, manifest: Manifest, uploads: Path, progress: Progress) -> None:
    """Copied beside the old folder and put in its place when complete."""
    part = uploads.with_name(uploads.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o700, parents=True)
    names = [name for name in manifest.files if name.startswith(f"{UPLOADS}/")]
    for number, name in enumerate(names, 1):
        target = part / name.removeprefix(f"{UPLOADS}/")
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copy2(source / name, target)
        progress("Restoring the uploaded files", number, len(names))
    shutil.rmtree(uploads, ignore_errors=True)
    part.rename(uploads)


def _check_equal(manifest: Manifest) -> None:
    """Raises CommandError unless rows, balances and chain are those of the backup and the ledger is right."""
    with transaction.atomic():
        found = facts()
    faults = [*differences(manifest.facts, found), *check_books()]
    if faults:
        raise CommandError("The restored database is not equal to the backup:\n" + "\n".join(faults))


def differences(expected: Facts, found: Facts) -> list[str]:
    """In words; the rows the restore itself adds do not count."""
    faults = [
        f"table {name}: {expected.tables.get(name)} in the backup, {found.tables.get(name)} now"
        for name in sorted({*expected.tables, *found.tables} - set(ADDED))
        if expected.tables.get(name) != found.tables.get(name)
    ]
    for name in ("balances", "chain", "migrations"):
        if getattr(expected, name) != getattr(found, name):
            faults.append(f"{name} differ")
    return faults
