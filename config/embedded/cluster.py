"""One PostgreSQL cluster: make it, start it, take over one that was left running, stop it."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from config.embedded.layout import Layout
from config.process import dies_with_parent

SUPERUSER = "postgres"
PORT = 5432  # names the socket only: the server listens on no network address
START_SECONDS = 60
STOP_SECONDS = 10
ATTEMPTS = 3


class ClusterFailed(Exception):
    """The server did not start; the message ends with its own last words."""


@dataclass
class Cluster:
    """A server of our own.  `durable=False` trades safety against power cuts for speed, for tests only."""

    layout: Layout
    durable: bool = True
    tied: bool = True  # stops when the process that started it is killed
    adopted: bool = field(default=False, init=False)

    def start(self) -> None:
        """Make the cluster if there is none, then start it or adopt the one that runs.  Raises ClusterFailed."""
        _settle(self.layout.data)
        if self.is_running():
            self.adopted = True
            return
        if not (self.layout.data / "PG_VERSION").exists():
            self._initialise()
        for attempt in range(1, ATTEMPTS + 1):
            try:
                self._launch()
                return
            except ClusterFailed:
                if attempt == ATTEMPTS:
                    raise
                time.sleep(1)  # the helpers of a killed server may still hold its memory

    def is_running(self) -> bool:
        """Whether a server of this very data folder is up and accepts connections."""
        pid = server_pid(self.layout.data)
        return pid is not None and is_server_of(pid, self.layout.data) and _is_ready(self.layout.data)

    def stop(self) -> None:
        """Fast shutdown, also of an adopted server; forced when it takes too long."""
        pid = server_pid(self.layout.data)
        if pid is None or not is_server_of(pid, self.layout.data):
            return
        for number, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
            if _wait_until(lambda: not is_server_of(pid, self.layout.data), seconds):
                return

    def remove(self) -> None:
        """Stop the server and delete its data."""
        self.stop()
        shutil.rmtree(self.layout.data, ignore_errors=True)

    def _initialise(self) -> None:
        """initdb under another name, renamed when complete: a start cut off leaves nothing half made."""
        part = self.layout.home / "data.part"
        shutil.rmtree(part, ignore_errors=True)
        command: list[str | Path] = [
            self.layout.programs / "initdb",
            "-D",
            part,
            "-U",
            SUPERUSER,
            "--auth=trust",
            "--encoding=UTF8",
        ]
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-instructions"]
        done = self._as_account(command if self.durable else [*command, "--no-sync"])
        if done.returncode:
            raise ClusterFailed(f"initdb failed:\n{done.stderr[-2000:]}")
        part.rename(self.layout.data)

    def _as_account(self, command: list[str | Path]) -> subprocess.CompletedProcess[str]:
        account = self.layout.account
        return subprocess.run(
            command,
            user=account.uid,
            group=account.gid,
            extra_groups=[] if account.uid else None,
            cwd="/",
            start_new_session=True,  # a Ctrl-C in the terminal is ours to answer
            capture_output=True,
            text=True,
            check=False,
        )

    def _launch(self) -> None:
        account = self.layout.account
        with self.layout.log.open("ab") as log:
            server = subprocess.Popen(
                [self.layout.programs / "postgres", "-D", self.layout.data, *self._options()],
                user=account.uid,
                group=account.gid,
                extra_groups=[] if account.uid else None,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=dies_with_parent(signal.SIGINT) if self.tied else None,
            )
        _wait_until(lambda: _is_ready(self.layout.data) or server.poll() is not None, START_SECONDS)
        if server.poll() is not None or not _is_ready(self.layout.data):
            server.kill()
            raise ClusterFailed(f"PostgreSQL did not start:\n{_last_lines(self.layout.log)}")

    def _options(self) -> list[str]:
        """Server settings; the log never quotes rows or statements, since those can hold personal data."""
        settings = {
            "listen_addresses": "",
            "port": PORT,
            "unix_socket_directories": self.layout.sockets,
            "unix_socket_permissions": "0700",
            "max_connections": 60,
            "shared_buffers": "256MB",
            "max_wal_size": "1GB",
            "jit": "off",
            "log_min_error_statement": "panic",
            "log_error_verbosity": "terse",
            "fsync": "on" if self.durable else "off",
            "synchronous_commit": "on" if self.durable else "off",
            "full_page_writes": "on" if self.durable else "off",
        }
        return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]


def server_pid(data: Path) -> int | None:
    """The process that the data folder names as its server, alive or not."""
    try:
        return int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def is_server_of(pid: int, data: Path) -> bool:
    """Whether that process is PostgreSQL at work in this folder, and not a later one that got the same number."""
    try:
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z" and Path(os.fsdecode(arguments[0])).name == "postgres" and os.fsencode(data) in arguments


def _is_ready(data: Path) -> bool:
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) >= 8 and lines[7].strip() == "ready"


def _settle(data: Path) -> None:
    """Wait for a server that is just starting or stopping; forget one that is gone: its number may be in use again."""
    pid = server_pid(data)
    if pid is None:
        return
    _wait_until(lambda: _is_ready(data) or not is_server_of(pid, data), STOP_SECONDS)
    if not is_server_of(pid, data):
        (data / "postmaster.pid").unlink(missing_ok=True)


def _wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _last_lines(log: Path, count: int = 8) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-count:])
