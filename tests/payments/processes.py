"""Real processes for tests: the sandbox bank as a service."""

import subprocess
import sys
from pathlib import Path

import httpx

ROOT = Path(__file__).parent.parent.parent


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
