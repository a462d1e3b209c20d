"""What the first bytes of a file say it is; its name is never believed."""

import puremagic

from apps.documents.errors import PhoneFormat, UploadRefused, WrongKindOfFile

JPEG, PNG, PDF = "image/jpeg", "image/png", "application/pdf"
SUFFIXES = {JPEG: ".jpg", PNG: ".png", PDF: ".pdf"}
SIGNATURES = {b"\xff\xd8\xff": JPEG, b"\x89PNG\r\n\x1a\n": PNG, b"%PDF-": PDF}
HEAD = 4096


def kind_of(content: bytes) -> str | type[UploadRefused]:
    """JPEG, PNG or PDF by signature, or the refusal for anything else."""
    for signature, kind in SIGNATURES.items():
        if content.startswith(signature):
            return kind
    return PhoneFormat if _guess(content[:HEAD]) in ("image/heif", "image/heic") else WrongKindOfFile


def _guess(head: bytes) -> str:
    try:
        return str(puremagic.magic_string(head)[0].mime_type)
    except (puremagic.PureError, ValueError, IndexError):
        return ""
