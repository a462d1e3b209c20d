"""Children that crash come back, children that should stop do, and none is left behind."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from config.runner.signals import StopRequested, StopSignals
from config.runner.supervisor import Service, Supervisor, kill_group, pause_after, rotate, run_step

WAITS = "import time; time.sleep(60)"
IGNORES = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
)
HAS_A_CHILD = f"""
import subprocess, sys, time
print(subprocess.Popen([sys.executable, "-c", {WAITS!r}]).pid, flush=True)
time.sleep(60)
"""
KILLED = f"""
import os, sys, time
from pathlib import Path
from config.runner.supervisor import Service, Supervisor
child = Supervisor(dict(os.environ), print).start(Service("x", [sys.executable, "-c", {WAITS!r}], Path(sys.argv[1])))
print(child.process.pid, flush=True)
time.sleep(0.5)
os.kill(os.getpid(), 9)
"""


def python(code):
    return [sys.executable, "-c", code]


def until(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.02)


@pytest.fixture
def said():
    return []


@pytest.fixture
def supervisor(said):
    supervisor = Supervisor(dict(os.environ), said.append)
    yield supervisor
    supervisor.stop(0)


@pytest.mark.parametrize(("crashes", "seconds"), [(1, 1), (2, 2), (3, 4), (5, 16), (6, 30), (60, 30)])
def test_the_pause_before_a_restart_grows_to_half_a_minute(crashes, seconds):
    assert pause_after(crashes) == seconds


def test_a_child_that_ends_is_started_again_after_a_pause(supervisor, said, tmp_path):
    child = supervisor.start(Service("worker", python("print('once')"), tmp_path / "log"))
    until(lambda: child.has_ended)
    first = child.process.pid
    supervisor.watch()
    assert "worker ended (status 0); starting it again in 1 s" in said[0]
    supervisor.watch()
    assert child.process.pid == first  # still pausing
    until(lambda: supervisor.watch() or child.process.pid != first)
    until(lambda: child.has_ended)
    supervisor.watch()
    assert "in 2 s" in said[1]
    assert (tmp_path / "log").read_text() == "once\nonce\n"


def test_a_crash_after_a_long_quiet_time_counts_as_the_first(supervisor, said, tmp_path):
    child = supervisor.start(Service("worker", python(""), tmp_path / "log"))
    child.crashes, child.started_at = 5, time.monotonic() - 3600
    until(lambda: child.has_ended)
    supervisor.watch()
    assert "in 1 s" in said[0]


def test_stop_ends_children_and_what_they_started(supervisor, tmp_path):
    log = tmp_path / "log"
    child = supervisor.start(Service("web", python(HAS_A_CHILD), log))
    until(lambda: log.exists() and log.read_text().strip())
    grandchild = int(log.read_text())
    began = time.monotonic()
    supervisor.stop(5)
    assert time.monotonic() - began < 3
    assert child.has_ended
    until(lambda: not psutil.pid_exists(grandchild) or psutil.Process(grandchild).status() == psutil.STATUS_ZOMBIE)


@pytest.mark.parametrize("impatient", [True, False])
def test_a_child_that_does_not_listen_is_killed(supervisor, tmp_path, impatient):
    log = tmp_path / "log"
    child = supervisor.start(Service("deaf", python(IGNORES), log))
    until(lambda: log.read_text())
    supervisor.stop(30 if impatient else 0.2, hurry=lambda: impatient)
    assert child.process.returncode == -signal.SIGKILL


def test_a_child_ends_when_its_supervisor_is_killed(tmp_path):
    done = subprocess.run([*python(KILLED), str(tmp_path / "log")], capture_output=True, text=True, check=False)
    pid = int(done.stdout)
    until(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)


def test_a_long_log_is_put_aside(tmp_path, monkeypatch):
    monkeypatch.setattr("config.runner.supervisor.LOG_LIMIT", 10)
    log = tmp_path / "logs" / "web.log"
    rotate(log)
    log.write_text("short")
    rotate(log)
    assert log.exists()
    log.write_text("longer than ten")
    rotate(log)
    assert not log.exists()
    assert (tmp_path / "logs" / "web.log.1").read_text() == "longer than ten"


def test_a_step_returns_its_status_and_fills_its_log(tmp_path):
    log = tmp_path / "log"
    assert run_step(python("print('hello'); raise SystemExit(3)"), dict(os.environ), StopSignals(), log) == 3
    assert log.read_text() == "hello\n"
    assert run_step(python(""), dict(os.environ), StopSignals()) == 0


def test_a_step_is_cut_short_when_someone_asks_to_stop():
    signals = StopSignals()
    signals.count = 1
    began = time.monotonic()
    with pytest.raises(StopRequested):
        run_step(python(WAITS), dict(os.environ), signals)
    assert time.monotonic() - began < 5


def test_killing_what_has_gone_is_no_error():
    process = subprocess.Popen(python(""), start_new_session=True)
    process.wait()
    kill_group(process)
    assert process.returncode == 0


def test_signals_are_counted_not_raised():
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    signals = StopSignals()
    try:
        signals.listen()
        assert not signals.asked
        os.kill(os.getpid(), signal.SIGTERM)
        until(lambda: signals.asked)
        assert not signals.insisted
        os.kill(os.getpid(), signal.SIGINT)
        until(lambda: signals.insisted)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
