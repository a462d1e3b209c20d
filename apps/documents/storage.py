"""Where the bytes lie: under MEDIA_ROOT, random names, readable by nobody but the portal's own system user."""

import os
import secrets
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings

FOLDER = "documents"


def keep(content: bytes) -> str:
    """Write the content under a new random name and answer that name."""
    name = secrets.token_hex(20)
    stored_as = f"{FOLDER}/{name[:2]}/{name}"
    path = path_of(stored_as)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return stored_as


def path_of(stored_as: str) -> Path:
    """The place of a stored name.  Raises ValueError when it would lie outside the private folder."""
    root = (Path(settings.MEDIA_ROOT) / FOLDER).resolve()
    path = (Path(settings.MEDIA_ROOT) / stored_as).resolve()
    if root not in path.parents:
        raise ValueError(f"{stored_as!r} is not in private storage")
    return path


def forget(stored_as: str) -> None:
    """Remove the bytes; nothing happens when they are gone already."""
    path_of(stored_as).unlink(missing_ok=True)


def kept_before(at: datetime) -> Iterator[str]:
    """Stored names of all bytes written before a moment."""
    root = Path(settings.MEDIA_ROOT) / FOLDER
    for path in root.glob("??/*"):
        if path.stat().st_mtime < at.timestamp():
            yield f"{FOLDER}/{path.parent.name}/{path.name}"
