"""Where a roster's file lies until it is read: sealed piece by piece under a random name, unreadable on disk."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import RawIOBase
from pathlib import Path
from typing import Any

from django.conf import settings

from apps.core.fields import seal, unseal

FOLDER = "rosters"
LENGTH = 4  # bytes before each sealed piece


@dataclass(frozen=True, slots=True)
class Kept:
    """A file as it was taken in; ``head`` is how it begins."""

    stored_as: str
    sha256: str
    size: int
    head: bytes


def keep(pieces: Iterable[bytes]) -> Kept:
    """Seal and write the pieces under a new random name; flat in memory."""
    stored_as = secrets.token_hex(20)
    path = _path(stored_as)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size, head = hashlib.sha256(), 0, b""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for number, piece in enumerate(pieces):
            digest.update(piece)
            size, head = size + len(piece), head or piece[:4096]
            sealed = seal(piece, context=_context(stored_as, number))
            file.write(len(sealed).to_bytes(LENGTH) + sealed)
        file.flush()
        os.fsync(file.fileno())
    return Kept(stored_as, digest.hexdigest(), size, head)


def pieces_of(stored_as: str) -> Iterator[bytes]:
    """The file as it was handed in, piece by piece.  Raises UnreadableField where it was tampered with."""
    with _path(stored_as).open("rb") as file:
        number = 0
        while length := file.read(LENGTH):
            yield unseal(file.read(int.from_bytes(length)), context=_context(stored_as, number))
            number += 1


def forget(stored_as: str) -> None:
    """Remove the file; nothing happens when it is gone already."""
    _path(stored_as).unlink(missing_ok=True)


def kept_names() -> list[str]:
    """All that lie there."""
    folder = Path(settings.MEDIA_ROOT) / FOLDER
    return [path.name for path in folder.iterdir()] if folder.exists() else []


def age_seconds(stored_as: str, now: float) -> float:
    return now - _path(stored_as).stat().st_mtime


def _path(stored_as: str) -> Path:
    return Path(settings.MEDIA_ROOT) / FOLDER / stored_as


def _context(stored_as: str, number: int) -> str:
    return f"{FOLDER}:{stored_as}:{number}"


class KeptFile(RawIOBase):
    """A kept file to be read from start to end; ``taken`` counts the bytes so far."""

    def __init__(self, stored_as: str) -> None:
        self.taken = 0
        self._pieces, self._left = pieces_of(stored_as), memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._left:
            self._left = memoryview(next(self._pieces, b""))
        count = min(len(buffer), len(self._left))
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        self.taken += count
        return count
