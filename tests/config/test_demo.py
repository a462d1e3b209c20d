"""The demo as a person meets it: it comes up, says where, refuses a twin, keeps its data, and leaves nothing behind."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request

import psutil
import pytest

from config.bootstrap import OWN_ENVIRONMENT, ROOT
from config.embedded.layout import layout_for
from config.runner import demo, services
from config.runner.lock import RunLock
from config.runner.services import first_page_status
from config.runner.supervisor import Service

pytestmark = pytest.mark.slow
FAMILIES = ["--families", "2"]


@pytest.fixture
def port():
    """A free port whose neighbour is free too."""
    while True:
        with socket.socket() as one, socket.socket() as two:
            one.bind(("127.0.0.1", 0))
            number = one.getsockname()[1]
            with contextlib.suppress(OSError, OverflowError):
                two.bind(("127.0.0.1", number + 1))
                return number


@pytest.fixture
def own_signals():
    """The demo takes over the signals of its process; give them back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


class Visitor(threading.Thread):
    """Waits for the first page, looks around, then asks the demo to stop."""

    def __init__(self, port, number, visit=lambda: None):
        super().__init__(daemon=True)
        self.port, self.number, self.visit = port, number, visit
        self.processes, self.others = [], {child.pid for child in psutil.Process().children()}
        self.asked_at = 0.0
        self.trouble = None

    def run(self):
        deadline = time.monotonic() + 240
        while first_page_status(self.port) != 200 and time.monotonic() < deadline:
            time.sleep(0.2)
        try:
            self.visit()
        except Exception as trouble:
            self.trouble = trouble
        time.sleep(1)
        own = [child for child in psutil.Process().children() if child.pid not in self.others]
        self.processes = [*own, *(process for child in own for process in child.children(recursive=True))]
        self.asked_at = time.monotonic()
        os.kill(os.getpid(), self.number)


def is_gone(process):
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def run_demo(port, number, *arguments, visit=lambda: None):
    visitor = Visitor(port, number, visit)
    visitor.start()
    status = demo.main(["--port", str(port), *FAMILIES, *arguments])
    visitor.join(5)
    assert visitor.trouble is None
    assert status == 0
    assert len(visitor.processes) >= 6  # database, web with workers, worker with children, beat
    assert time.monotonic() - visitor.asked_at < 12
    assert [process for process in visitor.processes if not is_gone(process)] == []


def test_it_comes_up_refuses_a_twin_keeps_its_data_and_leaves_nothing(
    bare_environment, system_home, own_signals, port, capfd
):
    def look_around():
        with urllib.request.urlopen(f"http://localhost:{port}/") as page:
            assert page.status == 200
            policy = page.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        twin = [sys.executable, str(ROOT / "manage.py"), "demo", "--port", str(port + 2)]
        environ = {**os.environ, OWN_ENVIRONMENT: "1"}
        done = subprocess.run(twin, env=environ, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 1
        assert f"running already: http://localhost:{port}" in done.stdout

    run_demo(port, signal.SIGINT, visit=look_around)
    first = capfd.readouterr().out
    assert f"Gongji is ready:  http://localhost:{port}" in first
    assert "Preparing the tables" in first
    run_demo(port, signal.SIGTERM)
    second = capfd.readouterr().out
    assert "Preparing the tables" not in second
    assert second.rstrip().endswith("Stopped.")


def test_a_taken_port_is_named(bare_environment, port, capsys):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", port + 1))
        listener.listen()
        assert demo.main(["--port", str(port)]) == 1
    assert f"Port {port + 1} is in use" in capsys.readouterr().out


def test_fresh_never_empties_a_server_of_others(bare_environment, monkeypatch, own_signals, port, capsys):
    monkeypatch.setenv("DATABASE_URL", "postgres://there/it")
    assert demo.main(["--port", str(port), "--fresh"]) == 1
    assert "empty it yourself" in capsys.readouterr().out


def test_a_server_of_others_that_cannot_be_reached_is_reported(
    bare_environment, monkeypatch, own_signals, port, capsys
):
    monkeypatch.setenv("DATABASE_URL", "postgres://nobody@127.0.0.1:1/nothing")
    assert demo.main(["--port", str(port)]) == 1
    assert "message queue could not be made" in capsys.readouterr().out


@pytest.fixture
def unprepared(monkeypatch):
    """Skip tables and data: only the services matter."""
    monkeypatch.setattr(demo, "prepare", lambda *arguments, **named: None)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("print('no such module'); raise SystemExit(3)", "no such module"),
        (
            "import http.server, sys\n"
            "class Broken(http.server.BaseHTTPRequestHandler):\n"
            "    def do_GET(self): self.send_error(500)\n"
            "print('it broke', flush=True)\n"
            "http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), Broken).serve_forever()",
            "answers 500",
        ),
    ],
)
def test_a_web_server_in_trouble_is_shown_with_the_end_of_its_log(
    bare_environment, system_home, own_signals, unprepared, monkeypatch, port, capsys, code, said
):
    broken = Service("web", [sys.executable, "-c", code, str(port)], bare_environment / "log" / "web.log")
    monkeypatch.setattr(demo, "services", lambda port, var: [broken])
    assert demo.main(["--port", str(port)]) == 1
    assert said in capsys.readouterr().out
    assert services.ports_taken([port]) == []


def test_a_stop_while_it_starts_is_a_clean_end(
    bare_environment, system_home, own_signals, unprepared, monkeypatch, port, capsys
):
    silent = Service("web", [sys.executable, "-c", "import time; time.sleep(60)"], bare_environment / "log" / "web.log")
    monkeypatch.setattr(demo, "services", lambda port, var: [silent])
    threading.Timer(3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    assert demo.main(["--port", str(port)]) == 0
    assert "Stopped." in capsys.readouterr().out
    assert RunLock(bare_environment, "demo").take()
    assert not (layout_for(bare_environment, "demo").data / "postmaster.pid").exists()
