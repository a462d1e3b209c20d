"""Write a backup: one snapshot of the database, the uploaded files, the manifest; complete or not there at all."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection, transaction

from apps.documents.models import Document
from apps.fund.services import extend_chain
from apps.portal.backups.manifest import Facts, Manifest, facts, fingerprint, manifest_of
from apps.portal.backups.programs import environment, program

DUMP, UPLOADS = "database.dump", "private"
Progress = Callable[[str, int, int], None]
"""What is being done, how much of it is done, how much there is (0: not known)."""


def write_backup(target: Path, *, now: datetime, progress: Progress) -> tuple[Manifest, str]:
    """Answers the manifest and its SHA-256.  Raises CommandError when the folder is taken or a program fails."""
    if target.exists():
        raise CommandError(f"{target} is there already. A backup is never written over: name a new folder.")
    part = target.with_name(target.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o700, parents=True)
    while extend_chain():
        progress("Chaining what was booked", 0, 0)
    known, names = _dump(part / DUMP, progress)
    files = {DUMP: fingerprint(part / DUMP), **dict(_copy_uploads(part / UPLOADS, progress))}
    lost = sorted(name for name in names if f"{UPLOADS}/{name}" not in files)
    manifest = manifest_of(known, files, lost, now=now)
    digest = manifest.write(part)
    os.sync()
    part.rename(target)
    return manifest, digest


def _dump(dump: Path, progress: Progress) -> tuple[Facts, set[str]]:
    """The facts and the names of the uploads are read from the very snapshot that is dumped."""
    command = [program("pg_dump"), "--format=custom", "--schema=public", "--no-owner", "--file", str(dump)]
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        dumping = subprocess.Popen(
            [*command, f"--snapshot={snapshot}"], env=environment(), stderr=subprocess.PIPE, text=True
        )
        known = facts()
        names = set(Document.objects.values_list("stored_as", flat=True))
        _wait(dumping, dump, progress)
    return known, names


def _wait(dumping: subprocess.Popen[str], dump: Path, progress: Progress) -> None:
    while True:
        try:
            _, said = dumping.communicate(timeout=0.5)
            break
        except subprocess.TimeoutExpired:
            progress("Dumping the database", dump.stat().st_size if dump.exists() else 0, 0)
    if dumping.returncode:
        raise CommandError(f"pg_dump failed:\n{said.strip()}")


def _copy_uploads(target: Path, progress: Progress) -> Iterator[tuple[str, list[Any]]]:
    target.mkdir(mode=0o700)
    source = Path(settings.MEDIA_ROOT)
    paths = sorted(path for path in source.rglob("*") if path.is_file()) if source.exists() else []
    for number, path in enumerate(paths, 1):
        name = path.relative_to(source)
        copy = target / name
        copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            shutil.copy2(path, copy)
        except FileNotFoundError:  # let go of in the meantime, with its row
            continue
        yield f"{UPLOADS}/{name}", fingerprint(copy)
        progress("Copying the uploaded files", number, len(paths))
