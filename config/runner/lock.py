"""One demo and one verify per clone: who holds the lock, and with which note."""

import fcntl
from pathlib import Path
from typing import IO


class RunLock:
    """Held by a running command for as long as its process lives; the kernel lets go when it dies."""

    def __init__(self, var: Path, name: str) -> None:
        self._path = var / f"{name}.lock"
        self._handle: IO[str] | None = None

    def take(self) -> bool:
        """Whether the lock is ours now."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle = self._path.open("a+")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.close()
            return False
        self._handle = handle
        return True

    def is_held_elsewhere(self) -> bool:
        """Whether that command of this clone runs in another process."""
        if self.take():
            self.release()
            return False
        return True

    def write(self, text: str) -> None:
        """Leave a note for whoever finds the lock held."""
        if self._handle is not None:
            self._handle.truncate(0)
            self._handle.write(text)
            self._handle.flush()

    def read(self) -> str:
        return self._path.read_text().strip() if self._path.exists() else ""

    def release(self) -> None:
        if self._handle is not None:
            self._handle.close()
            self._handle = None
