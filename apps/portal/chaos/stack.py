"""The processes of a run, and how they are killed: workers with their pools, the bank, the clerk."""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx

from apps.portal.chaos.script import Blow
from config.bootstrap import ROOT
from config.process import dies_with_parent
from config.runner.services import free_ports

WORKERS = 2
BANK = "apps.payments.sandbox"
CLERK, NURSERY = "apps.portal.chaos.clerk", "apps.portal.chaos.nursery"

logging.getLogger("httpx").setLevel(logging.WARNING)  # else a line for each fault ordered


class Talker:
    """A child process that answers each line with a line."""

    def __init__(self, module: str, environment: dict[str, str], log: Path) -> None:
        with log.open("a") as sink:
            self.process = subprocess.Popen(
                [sys.executable, "-m", module],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=sink,
                text=True,
                preexec_fn=dies_with_parent(signal.SIGKILL),
            )
        if self._read() != "ready":
            raise RuntimeError(f"{module} did not start: {log.read_text()[-2000:]}")

    def say(self, line: str) -> str:
        if self.process.stdin is None:
            raise AssertionError
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self._read()

    def _read(self) -> str:
        if self.process.stdout is None:
            raise AssertionError
        return self.process.stdout.readline().strip()

    def ask(self, do: str, **values: int) -> dict[str, Any]:
        """One request of the clerk."""
        answer: dict[str, Any] = json.loads(self.say(json.dumps({"do": do, **values})))
        return answer

    def stop(self) -> None:
        self.process.kill()
        self.process.communicate()


class Stack:
    """Keeps its workers at their number, whatever ends them; counts those that ended unasked."""

    def __init__(self, home: Path, environment: dict[str, str], *, ignores_key: bool) -> None:
        self.home, self.store = home, home / "bank.sqlite3"
        self.port = free_ports()
        self.environment = environment | {"SANDBOX_URL": f"http://127.0.0.1:{self.port}"}
        self.happened: Counter[str] = Counter()
        self.workers: list[int] = []
        self.client = httpx.Client(base_url=self.environment["SANDBOX_URL"], timeout=10)
        self.bank = self._start_bank()
        if ignores_key:  # no statement either, or it would settle a payment before it is sent again
            self.order_fault(ignore_keys=True, hold_statement=True)
        self.clerk = Talker(CLERK, self.environment, home / "clerk.log")
        self.nursery = Talker(NURSERY, self.environment, home / "workers.log")
        self.keep_alive()

    def _start_bank(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", BANK, "--port", str(self.port), "--store", str(self.store)]
        with (self.home / "bank.log").open("a") as log:
            bank = subprocess.Popen(
                command,
                cwd=ROOT,
                stdout=subprocess.DEVNULL,
                stderr=log,
                preexec_fn=dies_with_parent(signal.SIGKILL),
            )
        _wait_for_port(self.port)
        return bank

    def order_fault(self, **fault: object) -> None:
        self.client.post("/faults", json=fault).raise_for_status()

    def keep_alive(self) -> None:
        alive = [worker for worker in self.workers if _is_alive(worker)]
        self.happened["workers that ended by themselves"] += len(self.workers) - len(alive)
        self.workers = alive
        while len(self.workers) < WORKERS:
            self.workers.append(int(self.nursery.say("start")))

    def kill(self, blow: Blow, pick: int) -> None:
        """SIGKILL, as when memory or the machine is gone; whole workers and the bank are started again at once."""
        if blow is Blow.BANK:
            self.bank.kill()
            self.bank.wait()
            self.bank = self._start_bank()
        elif blow is Blow.WORKER:
            os.killpg(self.workers.pop(pick % WORKERS), signal.SIGKILL)
            self.keep_alive()
        else:
            os.kill(self._child(pick), signal.SIGKILL)

    def _child(self, pick: int) -> int:
        """A child of some worker's pool; a worker just started has none yet."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            self.keep_alive()
            children = [child for worker in self.workers for child in _children(worker)]
            if children:
                return children[pick % len(children)]
            time.sleep(0.02)
        raise RuntimeError(f"no worker has a pool: see {self.home / 'workers.log'}")

    def stop(self) -> None:
        for worker in self.workers:
            if _is_alive(worker):
                os.killpg(worker, signal.SIGKILL)
        self.nursery.stop()
        self.clerk.stop()
        self.client.close()
        self.bank.kill()
        self.bank.wait()


def _wait_for_port(port: int, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError("the sandbox bank did not start")


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def _children(pid: int) -> list[int]:
    """Of every thread: a pool's supervisor, which replaces children, is one of its own."""
    try:
        lists = [task.joinpath("children").read_text() for task in Path(f"/proc/{pid}/task").iterdir()]
    except OSError:
        return []
    return sorted(int(child) for line in lists for child in line.split())
