"""The processes of the demo: web server, sandbox bank, worker, beat."""

import http.client
import socket
import sys
from collections.abc import Iterable
from pathlib import Path

from config.bootstrap import ROOT
from config.runner.supervisor import Service

SANDBOX = "apps.payments.sandbox"


def services(port: int, var: Path) -> list[Service]:
    """What runs beside the database."""
    logs = var / "log"
    python = [sys.executable, "-m"]
    gunicorn = [*python, "gunicorn", "-c", str(ROOT / "config" / "gunicorn.py")]
    celery = [*python, "celery", "-A", "config"]
    quiet = ["--loglevel", "WARNING"]
    alone = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    sandbox = ["--port", str(port + 1), "--store", str(var / "sandbox.sqlite3")]
    return [
        Service("web", [*gunicorn, *binds(port), "config.wsgi:application"], logs / "web.log"),
        Service("sandbox", [*python, SANDBOX, *sandbox], logs / "sandbox.log"),
        Service("worker", [*celery, "worker", *quiet, "--concurrency", "2", *alone], logs / "worker.log"),
        Service("beat", [*celery, "beat", *quiet, "--pidfile", ""], logs / "beat.log"),
    ]


def binds(port: int) -> list[str]:
    """Loopback only, on both families where there are two: browsers try either for `localhost`."""
    addresses = [f"127.0.0.1:{port}"]
    if _can_bind(socket.AF_INET6, "::1", 0):
        addresses.append(f"[::1]:{port}")
    return [part for address in addresses for part in ("--bind", address)]


def free_ports() -> int:
    """A port that is free together with the next one, where the sandbox bank listens."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        if not ports_taken([port, port + 1]):
            return port


def ports_taken(ports: Iterable[int]) -> list[int]:
    return [port for port in ports if not _can_bind(socket.AF_INET, "127.0.0.1", port)]


def _can_bind(family: socket.AddressFamily, host: str, port: int) -> bool:
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError:
        return False
    return True


def first_page_status(port: int) -> int | None:
    """The front page's HTTP status, or None when nobody answers yet."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/", headers={"Host": f"localhost:{port}"})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
