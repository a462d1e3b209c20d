"""A worker that has fallen still ends, and takes its children along; one that works goes on."""

import os
import subprocess
import sys
import time

from tests.payments.processes import ROOT

STILL = """
import subprocess, sys, time
from celery.worker import state
from config.watchdog import watch
child = subprocess.Popen(["sleep", "60"])
print(child.pid, flush=True)
watch(type("Pool", (), {"info": {"processes": [child.pid]}}), 0.4)
began = time.monotonic()
while time.monotonic() - began < float(sys.argv[1]):
    state.total_count["task"] += 1
    time.sleep(0.05)
time.sleep(float(sys.argv[2]))
child.kill()
"""


def run(busy: float, still: float) -> tuple[int, float, int]:
    began = time.monotonic()
    process = subprocess.Popen([sys.executable, "-c", STILL, str(busy), str(still)], cwd=ROOT, stdout=subprocess.PIPE)
    child = int(process.stdout.readline())
    code = process.wait(30)
    process.stdout.close()
    return code, time.monotonic() - began, child


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat") as stat:
        return stat.read().rsplit(")", 1)[1].split()[0] != "Z"


def test_a_still_worker_ends_with_its_pool():
    code, seconds, child = run(busy=0, still=20)
    assert code == os.EX_TEMPFAIL
    assert seconds < 15
    assert not is_running(child)


def test_a_busy_worker_goes_on():
    code, _, _ = run(busy=1.5, still=0)
    assert code == 0
