"""The whole portal as people meet it: `manage.py demo` with a small story, and a real browser before it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config.runner.services import first_page_status, free_ports
from tests.chromium import chromium_running

ROOT = Path(__file__).parent.parent.parent
FAMILIES = 120  # with fewer, chance decides whether there is a surplus to vote on
PATIENCE = 420  # seconds to prepare a database and a story on a slow machine


@pytest.fixture(scope="session")
def portal(tmp_path_factory):
    """The address of a portal of our own: every part a process of its own, ended like a person ends it."""
    known = os.environ.get("JOURNEY_URL")
    if known:
        yield known
        return
    port, home = free_ports(), tmp_path_factory.mktemp("portal")
    ours = {"DJANGO_SETTINGS_MODULE", "DATABASE_URL", "DATABASE_MIGRATION_URL", "CELERY_BROKER_URL", "SANDBOX_URL"}
    environ = {name: value for name, value in os.environ.items() if name not in ours}
    command = [sys.executable, "manage.py", "demo", "--port", str(port), "--families", str(FAMILIES)]
    log = home / "demo.log"
    with log.open("wb") as output:
        demo = subprocess.Popen(
            command, cwd=ROOT, env=environ | {"GONGJI_HOME": str(home)}, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        deadline = time.monotonic() + PATIENCE
        while first_page_status(port) != 200:
            assert demo.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.5)
        yield f"http://localhost:{port}"
    finally:
        demo.send_signal(signal.SIGINT)
        assert demo.wait(40) == 0


@pytest.fixture(scope="module")
def chromium():
    with chromium_running() as browser:
        yield browser
