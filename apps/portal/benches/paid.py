"""From pressing "send" to the money on the account: a steady rate of claims through the demo's whole stack."""

from __future__ import annotations

import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

import psycopg

from apps.portal.benches.figure import Figure
from config.bootstrap import ROOT
from config.embedded.cluster import SUPERUSER
from config.embedded.layout import layout_for
from config.embedded.provision import addresses_of
from config.runner.environment import demo_environment
from config.runner.services import first_page_status, free_ports

RATE, SECONDS, WARM_UP = 20, 60, 15
PATIENCE = 60
"""Seconds after the last claim in which all have to be paid."""
OURS = ("DJANGO_SETTINGS_MODULE", "DATABASE_URL", "DATABASE_MIGRATION_URL", "CELERY_BROKER_URL", "SANDBOX_URL")
PAID = """
SELECT b.key, o.state, o.state_at
FROM claims_bill AS b
JOIN claims_claim AS c ON c.bill_id = b.id
LEFT JOIN claims_decision AS d ON d.claim_id = c.id
LEFT JOIN claims_payout AS p ON p.decision_id = d.id
LEFT JOIN payments_order AS o ON o.id = p.order_id
WHERE b.issuer LIKE 'Bench %'
"""


def claim_to_paid() -> Figure:
    """Seconds from submitting to settled (95th percentile): 20 claims a second for a minute, over HTTP."""
    with tempfile.TemporaryDirectory(prefix="gongji-load-") as folder, _portal(Path(folder)) as (url, environment):
        count = RATE * (SECONDS + WARM_UP)
        forms, sent = Path(folder) / "forms.jsonl", Path(folder) / "sent.jsonl"
        _run([sys.executable, "-m", "apps.portal.load.forms", str(count), str(forms)], environment)
        _offer(url, environment | {"GONGJI_FORMS": str(forms), "GONGJI_SENT": str(sent)})
        tried = [json.loads(line) for line in sent.read_text().splitlines()]
        conninfo = addresses_of(layout_for(Path(folder), "demo")).conninfo(SUPERUSER)
        settled = _settled(conninfo, {str(one["key"]) for one in tried})
    return _figure(tried, settled)


def _figure(tried: list[dict[str, object]], settled: dict[str, datetime]) -> Figure:
    since = min(float(str(one["began"])) for one in tried) + WARM_UP
    measured = [one for one in tried if float(str(one["began"])) >= since]
    took = [
        settled[key].timestamp() - float(str(one["began"])) for one in measured if (key := str(one["key"])) in settled
    ]
    answered = [float(str(one["took"])) for one in measured]
    lost = sum(str(one["key"]) not in settled for one in tried)
    p95, floor, rate = _p95(took), _p95(answered), len(measured) / SECONDS
    return Figure(
        name="claim-to-paid",
        value=p95,
        floor=floor,
        ratio=p95 / floor,
        unit="seconds",
        goal="95th percentile <= 2 s, nothing lost, nineteen in twenty sent when they were due",
        floor_is="95th percentile of the answer to the form itself, in the same run",
        is_met=p95 <= 2 and not lost and rate >= 0.95 * RATE,
        details={
            "offered_a_second": RATE,
            "sent_a_second": round(rate, 1),
            "seconds": SECONDS,
            "sent": len(tried),
            "paid": len(tried) - lost,
            "lost": lost,
            "median": round(statistics.median(took), 3),
            "slowest": round(max(took), 3),
            "load": "locust, constant_throughput",
        },
    )


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[18]


@contextmanager
def _portal(home: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """A demo of its own, as a person starts it, with hardly a story; ended as a person ends it."""
    port = free_ports()
    environ = {name: value for name, value in os.environ.items() if name not in OURS} | {"GONGJI_HOME": str(home)}
    command = [sys.executable, "manage.py", "demo", "--port", str(port), "--families", "5"]
    with (home / "demo.log").open("wb") as log:
        demo = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=log, stderr=subprocess.STDOUT)
    url = f"http://localhost:{port}"
    try:
        while first_page_status(port) != HTTPStatus.OK:
            if demo.poll() is not None:
                raise RuntimeError((home / "demo.log").read_text()[-2000:])
            time.sleep(0.5)
        yield url, demo_environment(environ, port=port) | addresses_of(layout_for(home, "demo")).environment()
    finally:
        demo.send_signal(signal.SIGINT)
        demo.wait(60)


def _offer(url: str, environment: dict[str, str]) -> None:
    """Warm up and go on at the same rate; a failure of the load generator itself is ours."""
    users = ["--users", str(2 * RATE), "--spawn-rate", str(RATE), "--run-time", f"{SECONDS + WARM_UP}s"]
    locust = shutil.which("locust", path=str(Path(sys.executable).parent))
    if locust is None:
        raise RuntimeError("locust is not installed: it comes with config/requirements/dev.txt")
    command = [locust, "--headless", "--only-summary", "-f", "apps/portal/load/parents.py", "--host", url, *users]
    with Path(environment["GONGJI_SENT"]).with_suffix(".log").open("wb") as log:
        subprocess.run(command, cwd=ROOT, env=environment, check=False, stdout=log, stderr=subprocess.STDOUT)


def _settled(conninfo: str, keys: set[str]) -> dict[str, datetime]:
    """When each bill's payment was settled, once all are or patience is over."""
    deadline = time.monotonic() + PATIENCE
    with psycopg.connect(conninfo, autocommit=True) as database:
        while True:
            rows = database.execute(PAID).fetchall()
            settled = {str(key): at for key, state, at in rows if state == "settled"}
            if keys <= settled.keys() or time.monotonic() > deadline:
                return settled
            time.sleep(0.5)


def _run(command: list[str], environment: dict[str, str]) -> None:
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
