"""One demo per clone: who holds it, and at which address."""

import fcntl
from pathlib import Path
from typing import IO


class DemoLock:
    """Held by the running demo for as long as its process lives; the kernel lets go when it dies."""

    def __init__(self, var: Path) -> None:
        self._path = var / "demo.lock"
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
        """Whether a demo of this clone runs in another process."""
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
