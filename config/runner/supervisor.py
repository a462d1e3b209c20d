"""Long-running child processes: started together, started again when one crashes, stopped with nothing left."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from config.bootstrap import ROOT
from config.process import dies_with_parent
from config.runner.signals import StopRequested, StopSignals

LONGEST_PAUSE = 30.0
STEADY_SECONDS = 60.0  # after this long a crash counts as the first one again
LOG_LIMIT = 5_000_000


@dataclass(frozen=True)
class Service:
    """A command that should always run."""

    name: str
    command: Sequence[str]
    log: Path


@dataclass
class Child:
    """A service at work, or waiting to be started again."""

    service: Service
    process: subprocess.Popen[bytes]
    started_at: float
    crashes: int = 0
    resume_at: float | None = field(default=None)

    @property
    def has_ended(self) -> bool:
        return self.process.poll() is not None


class Supervisor:
    """Keeps services running until told to stop."""

    def __init__(self, environ: Mapping[str, str], say: Callable[[str], None]) -> None:
        self._environ = environ
        self._say = say
        self.children: list[Child] = []

    def start(self, service: Service) -> Child:
        child = Child(service, self._launch(service), time.monotonic())
        self.children.append(child)
        return child

    def watch(self) -> None:
        """Look once at every child; start again, after a pause that grows, what has ended."""
        for child in self.children:
            if child.has_ended and child.resume_at is None:
                self._plan_restart(child)
            elif child.resume_at is not None and time.monotonic() >= child.resume_at:
                child.process, child.started_at = self._launch(child.service), time.monotonic()
                child.resume_at = None

    def stop(self, seconds: float, hurry: Callable[[], bool] = lambda: False) -> None:
        """Ask all to stop at once, wait, then kill what is left with everything it started."""
        for child in self.children:
            with contextlib.suppress(ProcessLookupError):
                child.process.terminate()
        deadline = time.monotonic() + seconds
        while any(not child.has_ended for child in self.children):
            if time.monotonic() > deadline or hurry():
                break
            time.sleep(0.05)
        for child in self.children:
            kill_group(child.process)
        self.children.clear()

    def _plan_restart(self, child: Child) -> None:
        kill_group(child.process)  # what a killed parent left behind would hold its port
        steady = time.monotonic() - child.started_at > STEADY_SECONDS
        child.crashes = 1 if steady else child.crashes + 1
        pause = pause_after(child.crashes)
        child.resume_at = time.monotonic() + pause
        self._say(
            f"{child.service.name} ended (status {child.process.returncode}); "
            f"starting it again in {pause:.0f} s, see {child.service.log}"
        )

    def _launch(self, service: Service) -> subprocess.Popen[bytes]:
        rotate(service.log)
        with service.log.open("ab") as log:
            return subprocess.Popen(
                service.command,
                env=self._environ,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # a Ctrl-C in the terminal reaches only us, and we stop them in order
                preexec_fn=dies_with_parent(signal.SIGTERM),
            )


def pause_after(crashes: int) -> float:
    """Seconds to wait before start number `crashes` + 1: 1, 2, 4 ... 30."""
    return float(min(2 ** (crashes - 1), LONGEST_PAUSE))


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and all it started, and take note of its end."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def rotate(log: Path) -> None:
    """Keep one old log beside the present one."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_name(log.name + ".1"))


def run_step(command: Sequence[str], environ: Mapping[str, str], signals: StopSignals, log: Path | None = None) -> int:
    """Run a command to its end and return its status; output to the terminal or a log.  Raises StopRequested."""
    target = log.open("ab") if log else None
    with target or contextlib.nullcontext():
        process: subprocess.Popen[bytes] = subprocess.Popen(
            command,
            env=environ,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=target,
            stderr=subprocess.STDOUT if target else None,
            start_new_session=True,
            preexec_fn=dies_with_parent(signal.SIGTERM),
        )
        while process.poll() is None:
            if signals.asked:
                kill_group(process)
                raise StopRequested
            time.sleep(0.02)
    return process.returncode
