"""Reads of files: what a form holds, and the bytes of one file as an answer to the browser."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.http import FileResponse

from apps.accounts.models import User
from apps.documents.models import Document, HeldUpload
from apps.documents.storage import path_of

NOTHING_RUNS = "default-src 'none'; sandbox; frame-ancestors 'none'"


def held_uploads(*, form_key: UUID, held_by: User) -> QuerySet[HeldUpload]:
    """The files a form holds, in the order they were handed in."""
    held = HeldUpload.objects.filter(form_key=form_key, held_by=held_by)
    return held.select_related("document").order_by("id")


def stream(document: Document, *, is_inline: bool = False) -> FileResponse:
    """The file for someone whose right was checked before; only pictures may be shown in place."""
    is_shown = is_inline and document.kind == Document.Kind.IMAGE
    response = FileResponse(
        path_of(document.stored_as).open("rb"),
        as_attachment=not is_shown,
        filename=document.name,
        content_type=document.content_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = NOTHING_RUNS
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
