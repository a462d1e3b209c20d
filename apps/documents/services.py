"""Take in a file: check it, clean it, keep it privately; hold it for a form; let go of what nobody sent."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from apps.accounts.models import User
from apps.documents import storage
from apps.documents.errors import REFUSALS, BrokenFile, EmptyFile, FileTooLarge, TooManyFiles, UploadRefused
from apps.documents.inspection import SECONDS
from apps.documents.models import Document, HeldUpload
from apps.documents.sniffing import PDF, SUFFIXES, kind_of

MAX_BYTES = 10 * 1024 * 1024
MAX_HELD = 10
HELD_FOR = timedelta(days=7)
ORPHANED_AFTER = timedelta(days=1)


def store_upload(*, file: UploadedFile[Any], uploaded_by: User, now: datetime) -> Document:
    """Check, clean and keep one uploaded file.

    Raises EmptyFile, FileTooLarge, WrongKindOfFile, BrokenFile, TooManyPixels, ProtectedFile, ActiveFile.
    """
    name = harmless_name(file.name or "")
    content = _read(file, name)
    return _store(content, name=name, uploaded_by=uploaded_by, now=now)


def hold_upload(*, file: UploadedFile[Any], form_key: UUID, held_by: User, now: datetime) -> HeldUpload:
    """Keep a file for a form that is not sent yet; the same file twice in one form is kept once.

    Raises what ``store_upload`` raises, and TooManyFiles.
    """
    held, refusals = hold_uploads(files=[file], form_key=form_key, held_by=held_by, now=now)
    if refusals:
        raise refusals[0]
    return held[0]


@transaction.atomic
def hold_uploads(
    *, files: Iterable[UploadedFile[Any]], form_key: UUID, held_by: User, now: datetime
) -> tuple[list[HeldUpload], list[UploadRefused]]:
    """Keep those of the files that can be taken; answer them, and why the others were not."""
    User.objects.select_for_update().get(pk=held_by.pk)
    rows = HeldUpload.objects.filter(form_key=form_key, held_by=held_by)
    known = {held.sha256: held for held in rows}
    taken: list[HeldUpload] = []
    refusals: list[UploadRefused] = []
    for file in files:
        try:
            taken.append(_hold(file, known, form_key=form_key, held_by=held_by, now=now))
        except UploadRefused as refusal:
            refusals.append(refusal)
    return taken, refusals


def _hold(
    file: UploadedFile[Any], known: dict[str, HeldUpload], *, form_key: UUID, held_by: User, now: datetime
) -> HeldUpload:
    name = harmless_name(file.name or "")
    content = _read(file, name)
    digest = hashlib.sha256(content).hexdigest()
    if digest in known:
        return known[digest]
    if len(known) >= MAX_HELD:
        raise TooManyFiles(name=name, limit=MAX_HELD)
    document = _store(content, name=name, uploaded_by=held_by, now=now)
    known[digest] = HeldUpload.objects.create(
        document=document, form_key=form_key, held_by=held_by, sha256=digest, expires_at=now + HELD_FOR
    )
    return known[digest]


@transaction.atomic
def take_held(*, form_key: UUID, held_by: User) -> list[Document]:
    """The form was sent: its files belong to what it created; they are no longer merely held."""
    held = list(
        HeldUpload.objects.select_for_update(of=("self",))
        .filter(form_key=form_key, held_by=held_by)
        .select_related("document")
        .order_by("id")
    )
    HeldUpload.objects.filter(id__in=[one.pk for one in held]).delete()
    return [one.document for one in held]


@transaction.atomic
def drop_held(*, held_id: int, form_key: UUID, held_by: User) -> None:
    """The person removed a file from the form; a second click finds nothing left to do."""
    _drop(HeldUpload.objects.filter(pk=held_id, form_key=form_key, held_by=held_by))


@transaction.atomic
def expire_held(*, now: datetime, limit: int = 200) -> int:
    """Let go of files whose form was never sent; answer how many."""
    due = HeldUpload.objects.select_for_update(skip_locked=True, of=("self",)).filter(expires_at__lte=now)
    return _drop(due.order_by("expires_at")[:limit])


def forget_orphans(*, now: datetime) -> int:
    """Remove bytes that no row knows: a transaction was rolled back after they were written; answer how many."""
    removed = 0
    for names in _in_hundreds(storage.kept_before(now - ORPHANED_AFTER)):
        known = set(Document.objects.filter(stored_as__in=names).values_list("stored_as", flat=True))
        for stored_as in set(names) - known:
            storage.forget(stored_as)
            removed += 1
    return removed


def _in_hundreds(names: Iterator[str]) -> Iterator[list[str]]:
    while some := list(islice(names, 100)):
        yield some


def _drop(held: Iterable[HeldUpload]) -> int:
    ids = [one.document_id for one in held]
    documents = list(Document.objects.filter(pk__in=ids))
    Document.objects.filter(pk__in=ids).delete()
    for document in documents:
        transaction.on_commit(lambda stored_as=document.stored_as: storage.forget(stored_as))  # type: ignore[misc]
    return len(documents)


def _read(file: UploadedFile[Any], name: str) -> bytes:
    size = file.size or 0
    if size > MAX_BYTES:
        raise FileTooLarge(name=name, size=-(-size // (1024 * 1024)), limit=MAX_BYTES // (1024 * 1024))
    content: bytes = file.read()
    file.seek(0)
    if not content:
        raise EmptyFile(name=name)
    return content


def _store(content: bytes, *, name: str, uploaded_by: User, now: datetime) -> Document:
    kind = kind_of(content)
    if not isinstance(kind, str):
        raise kind(name=name)
    cleaned = _inspect(content, kind=kind, name=name)
    return Document.objects.create(
        kind=Document.Kind.PDF if kind == PDF else Document.Kind.IMAGE,
        name=re.sub(r"\.[^.]*$", "", name) + SUFFIXES[kind],
        content_type=kind,
        size=len(cleaned),
        sha256=hashlib.sha256(content).hexdigest(),
        stored_as=storage.keep(cleaned),
        uploaded_by=uploaded_by,
        created_at=now,
    )


def _inspect(content: bytes, *, kind: str, name: str) -> bytes:
    """The cleaned file from a process of its own; whatever goes wrong in there, the file is not taken."""
    command = [sys.executable, "-Bs", "-m", "apps.documents.inspection", kind]
    try:
        answer = subprocess.run(
            command, input=content, capture_output=True, timeout=SECONDS * 2, cwd=settings.ROOT, env={}, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise BrokenFile(name=name) from error
    if answer.returncode == 3:
        raise REFUSALS.get(answer.stderr.decode(errors="replace"), BrokenFile)(name=name)
    if answer.returncode or not answer.stdout:
        raise BrokenFile(name=name)
    return answer.stdout


def harmless_name(name: str) -> str:
    """A file name fit to be shown and to be offered for download: no path, no control or direction characters."""
    base = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    kept = "".join(char for char in base if unicodedata.category(char)[0] != "C" and char not in '"<>|:*?%')
    return kept.strip(". ")[-110:] or "file"
