"""`manage.py verify`: every check and every test, then one table."""

import argparse
import os
import shutil
import tempfile
import time
from pathlib import Path

from config.embedded.cluster import SUPERUSER, Cluster, ClusterFailed
from config.embedded.layout import NoAccount, layout_for
from config.embedded.provision import addresses_of, provision
from config.runner.checks import all_tests, coverage_checks, static_checks
from config.runner.environment import demo_secrets, home
from config.runner.lock import RunLock
from config.runner.report import Result, closing_line, summary
from config.runner.signals import StopRequested, StopSignals
from config.runner.workshop import Workshop


def main(argv: list[str]) -> int:
    """Run everything, also after a failure; 0 only when all passed."""
    parser = argparse.ArgumentParser(prog="manage.py verify", description="Check the code and run all tests.")
    parser.add_argument("--long", action="store_true", help="also the slow proofs: more examples, more faults")
    options = parser.parse_args(argv)
    var = home(os.environ)
    lock = RunLock(var, "verify")
    if not lock.take():
        say("A verify of this clone is running already.")
        return 1
    signals = StopSignals()
    signals.listen()
    cluster: Cluster | None = None
    try:
        if "DATABASE_URL" not in os.environ:
            cluster = empty_cluster(var)
        with tempfile.TemporaryDirectory(prefix="gongji-verify-") as scratch:
            return verify(var, {**environment(var, cluster, long=options.long), "TMPDIR": scratch}, signals)
    except (ClusterFailed, NoAccount, PermissionError) as problem:
        say(str(problem))
        return 1
    except StopRequested:
        say("\nStopped.")
        return 130
    finally:
        if cluster:
            cluster.stop()
        lock.release()


def empty_cluster(var: Path) -> Cluster:
    """A server of the tests' own, empty, quick rather than safe."""
    cluster = Cluster(layout_for(var, "verify"), durable=False)
    cluster.remove()
    cluster.start()
    provision(addresses_of(cluster.layout))
    return cluster


def environment(var: Path, cluster: Cluster | None, *, long: bool) -> dict[str, str]:
    """What every check gets; the tests make and drop databases, so they come as superuser."""
    environ = {**os.environ, **demo_secrets(var), "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    environ |= {"PYTHONUNBUFFERED": "1", "COVERAGE_FILE": str(var / "verify" / "coverage")}
    environ["PYTHONHASHSEED"] = "0"  # every test process collects the same tests in the same order
    if cluster:
        environ["DATABASE_URL"] = addresses_of(cluster.layout).url(SUPERUSER)
    if long:
        environ |= {"GONGJI_LONG": "1", "PROPERTY_EXAMPLES": "2000"}
    return environ


def verify(var: Path, environ: dict[str, str], signals: StopSignals) -> int:
    """The checks two at a time, the tests, what they reached, and the table."""
    began = time.monotonic()
    logs = var / "verify"
    shutil.rmtree(logs, ignore_errors=True)
    logs.mkdir(parents=True)
    workshop = Workshop(environ, logs, signals)
    cores = len(os.sched_getaffinity(0))
    results: list[Result] = workshop.run(static_checks(), at_once=cores)
    results += workshop.run([all_tests(cores)], follow=True)
    results += workshop.run(coverage_checks(), at_once=cores)
    say("\n" + summary(results, time.monotonic() - began))
    say("pytest: " + closing_line(logs / "tests.log"))
    return 0 if all(result.passed for result in results) else 1


def say(text: str) -> None:
    print(text, flush=True)
