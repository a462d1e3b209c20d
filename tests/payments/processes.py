"""Real processes for tests: the sandbox bank as a service, Celery workers on the embedded queue."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psycopg
from django.db import connection
from psycopg.conninfo import make_conninfo

ROOT = Path(__file__).parent.parent.parent


def wait_for(condition, seconds=90.0, what="", every=0.05):
    """Poll until the condition holds and answer it."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"waited {seconds} s for {what or condition}"
        time.sleep(every)
    return found


class BankProcess:
    """The sandbox bank as ``demo`` runs it."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-m", "apps.payments.sandbox", "--store", str(folder / "bank.sqlite3")]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()
        self.client = httpx.Client(base_url=self.url, timeout=10)

    def order_fault(self, **fault: object) -> None:
        self.client.post("/faults", json=fault).raise_for_status()

    def payments(self) -> list[dict]:
        return self.client.get("/payments").json()["payments"]

    def stop(self) -> None:
        self.client.close()
        self.process.terminate()
        self.process.wait(10)
        self.process.stdout.close()


def queue_conninfo() -> str:
    """The test database, for the queue's own client."""
    known = connection.get_connection_params()
    names = ("host", "port", "user", "password", "dbname")
    return make_conninfo(**{name: known[name] for name in names if known.get(name)})


def install_queue() -> None:
    """What ``demo`` does once for the queue, in the test database; rings left from an earlier test are dropped."""
    from config.embedded.provision import install_queue

    with psycopg.connect(queue_conninfo()) as plain:
        install_queue(plain)
        plain.execute("SELECT pgmq.drop_queue('celery')")


class Workers:
    """Celery workers as ``demo`` runs them, started and killed one after the other."""

    def __init__(self, bank_url: str, log: Path, lease_seconds: int = 2) -> None:
        base = os.environ["DATABASE_URL"].rpartition("/")[0]
        environment = {
            **os.environ,
            "DATABASE_URL": f"{base}/{connection.settings_dict['NAME']}",
            "CELERY_BROKER_URL": "pgmq://",
            "PGMQ_CONNINFO": queue_conninfo(),
            "SANDBOX_URL": bank_url,
            "PAYMENT_LEASE_SECONDS": str(lease_seconds),
        }
        command, pipe = [sys.executable, "-m", "tests.payments.nursery"], subprocess.PIPE
        with log.open("a") as sink:
            self.nursery = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, stderr=sink, text=True
            )
        assert self.nursery.stdout.readline() == "ready\n", log.read_text()
        self.running = 0

    def start(self) -> None:
        self.nursery.stdin.write("start\n")
        self.nursery.stdin.flush()
        self.running = int(self.nursery.stdout.readline())

    def kill(self) -> None:
        """SIGKILL to the worker and its pool child, as when the machine is gone."""
        os.killpg(self.running, signal.SIGKILL)
        self.running = 0

    def stop(self) -> None:
        if self.running:
            self.kill()
        self.nursery.kill()
        self.nursery.wait(10)
        self.nursery.stdin.close()
        self.nursery.stdout.close()
