"""Runs checks, a few at once, each with a log; one of them may be followed on the terminal."""

import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from config.bootstrap import ROOT
from config.process import dies_with_parent
from config.runner.checks import Check
from config.runner.report import Result
from config.runner.signals import StopRequested, StopSignals
from config.runner.supervisor import kill_group

SHOWN_LINES = 40


@dataclass
class Job:
    """A check at work."""

    check: Check
    process: subprocess.Popen[bytes]
    log: Path
    began: float
    shown: int = 0  # bytes of the log already on the terminal


class Workshop:
    """Where checks run; every result is said as soon as it is there."""

    def __init__(self, environ: Mapping[str, str], logs: Path, signals: StopSignals, out: TextIO = sys.stdout) -> None:
        self._environ = environ
        self._logs = logs
        self._signals = signals
        self._out = out

    def run(self, checks: Iterable[Check], *, at_once: int = 1, follow: bool = False) -> list[Result]:
        """Run them all, whatever fails; results in the order given.  Raises StopRequested."""
        waiting = list(checks)
        jobs: list[Job] = []
        results: dict[str, Result] = {}
        order = [check.name for check in waiting]
        try:
            while waiting or jobs:
                while waiting and len(jobs) < at_once:
                    jobs.append(self._begin(waiting.pop(0)))
                for job in [job for job in jobs if job.process.poll() is not None]:
                    jobs.remove(job)
                    results[job.check.name] = self._end(job, follow)
                if self._signals.asked:
                    raise StopRequested
                for job in jobs if follow else ():
                    self._show(job)
                time.sleep(0.05)
        finally:
            for job in jobs:
                kill_group(job.process)
        return [results[name] for name in order]

    def _begin(self, check: Check) -> Job:
        log = self._logs / f"{check.name.replace(': ', '-').replace(', ', '-')}.log"
        with log.open("wb") as target:
            process: subprocess.Popen[bytes] = subprocess.Popen(
                check.command,
                env={**self._environ, **check.extra},
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=target,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=dies_with_parent(9),
            )
        return Job(check, process, log, time.monotonic())

    def _end(self, job: Job, follow: bool) -> Result:
        result = Result(job.check.name, job.process.returncode, time.monotonic() - job.began, job.log)
        if follow:
            self._show(job)
        elif not result.passed:
            self._say("\n".join(job.log.read_text(errors="replace").splitlines()[-SHOWN_LINES:]))
        self._say(f"{'ok    ' if result.passed else 'FAILED'}  {result.name}  {result.seconds:.1f} s")
        return result

    def _show(self, job: Job) -> None:
        """Put on the terminal what the log got since the last look."""
        with job.log.open("rb") as log:
            log.seek(job.shown)
            news = log.read()
        job.shown += len(news)
        self._out.write(news.decode(errors="replace"))
        self._out.flush()

    def _say(self, text: str) -> None:
        self._out.write(text + "\n")
        self._out.flush()
