"""Payments while everything around them breaks: killed processes, a wiped queue, a crashing database, a bank that errs.

The run can be interrupted and goes on where it stopped: `manage.py bench payment-chaos --json`.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from rich.console import Console
from rich.progress import Progress

from apps.portal.benches.figure import Figure
from apps.portal.chaos.ground import Ground, ground_for, wipe
from apps.portal.chaos.script import KILLS, Blow, Size, Step, script
from apps.portal.chaos.stack import Stack
from apps.portal.chaos.verdict import BankSays, Verdict, judge
from config.runner.environment import demo_environment

LEASE_SECONDS = 3
STILL_SECONDS = 10  # after this long without work a worker ends itself (config/watchdog.py)


@dataclass(frozen=True, slots=True)
class Options:
    size: Size
    home: Path
    minutes: float = 60
    database_url: str = ""
    broker_url: str = ""


def payment_chaos(options: Options) -> Figure:
    """Payments lost, doubled or not equal to the bank's statement; the figure must be zero."""
    home = options.home / options.size.name
    home.mkdir(parents=True, exist_ok=True)
    ground = ground_for(home, options.database_url, options.broker_url)
    try:
        ground.start()
        run = Run(options, home, ground)
        try:
            run.play()
            figure = run.figure()
        finally:
            run.stack.stop()
    finally:
        ground.stop()
    if run.is_complete:
        ground.remove()
        shutil.rmtree(home, ignore_errors=True)
    return figure


class Run:
    """One sitting: goes on after the blows that the journal holds."""

    def __init__(self, options: Options, home: Path, ground: Ground) -> None:
        self.options, self.ground = options, ground
        self.began = time.monotonic()
        self.journal = home / "journal.jsonl"
        known = self.journal.read_text().splitlines() if self.journal.exists() else []
        self.past: list[dict[str, Any]] = [json.loads(line) for line in known]
        self.environment = environment_of(home, ground)
        self.stack = Stack(home, self.environment, ignores_key=options.size.ignores_key)
        self.opening_fen = int(self.stack.clerk.ask("open")["bank_fen"])
        self.is_complete = False

    def play(self) -> None:
        size, steps = self.options.size, script(self.options.size)
        with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as progress:
            bar = progress.add_task(f"seed {size.seed}", total=len(steps), completed=len(self.past))
            for step in steps[len(self.past) :]:
                if self._is_late():
                    return
                self._take(step)
                progress.advance(bar)
            self._ask(size.payments)
            progress.update(bar, description="waiting for the ends")
            self.is_complete = self._wait_for_the_ends()

    def _is_late(self) -> bool:
        return time.monotonic() - self.began > self.options.minutes * 60

    def _take(self, step: Step) -> None:
        for place, action, seconds in step.bank_faults:
            self.stack.order_fault(on=place, action=action, seconds=seconds)
        self._ask(step.asked)
        time.sleep(step.pause)
        self.stack.keep_alive()
        caught = self._in_mid_submit()
        if step.blow in KILLS:
            self.stack.kill(step.blow, step.pick)
        elif step.blow is Blow.WIPE:
            wipe(self.environment)
        else:
            self.ground.crash()
        self._note({"blow": step.blow.value, "caught": caught})

    def _ask(self, upto: int) -> None:
        self.stack.clerk.ask("ask", upto=upto, seed=self.options.size.seed)

    def _in_mid_submit(self) -> list[tuple[int, int]]:
        """Order and attempt of what is being sent at this moment."""
        with contextlib.suppress(psycopg.OperationalError), psycopg.connect(self.ground.conninfo()) as connection:
            sending = connection.execute("SELECT id, attempt FROM payments_order WHERE state = 'submitting'")
            return [(order, attempt) for order, attempt in sending.fetchall()]
        return []

    def _note(self, line: dict[str, Any]) -> None:
        self.past.append(line)
        with self.journal.open("a") as journal:
            journal.write(json.dumps(line) + "\n")

    def _wait_for_the_ends(self) -> bool:
        while not self._is_late():
            self.stack.keep_alive()
            look = self.stack.clerk.ask("look")
            if self.options.size.ignores_key and not look["sending"]:
                self.stack.order_fault(hold_statement=False)
            if look["open"] == 0 and look["lines"] == BankSays.of(self.stack.store).lines:
                return True
            time.sleep(0.5)
        return False

    def figure(self) -> Figure:
        size, told = self.options.size, self.stack.clerk.ask("tell")
        bank = BankSays.of(self.stack.store)
        verdict = judge(asked=size.payments, opening_fen=self.opening_fen, told=told, bank=bank)
        wrong = verdict.lost + verdict.double
        return Figure(
            name="payment-chaos",
            value=wrong,
            floor=size.payments,
            ratio=wrong / size.payments,
            unit="payments lost or paid twice",
            goal="0, and the ledger equals the bank's statement to the fen",
            floor_is="the payments asked for",
            is_met=verdict.is_clean and self.is_complete,
            details=self._details(told, verdict, bank),
        )

    def _details(self, told: dict[str, Any], verdict: Verdict, bank: BankSays) -> dict[str, object]:
        fell = Counter(line["blow"] for line in self.past)
        left = {(order, attempt) for order, attempt in told["left_in_mid_submit"]}
        hits = _hits(self.past, left)
        return {
            "seed": self.options.size.seed,
            "is_complete": self.is_complete,
            "payments": self.options.size.payments,
            "sigkills": sum(fell[blow] for blow in KILLS),
            **{f"sigkills_{blow.value}": fell[blow] for blow in KILLS},
            "sigkills_that_hit_a_payment_in_mid_submit": sum(hits[blow] for blow in KILLS),
            "restarts_that_hit_a_payment_in_mid_submit": hits[Blow.RESTART],
            "payments_left_in_mid_submit": len(left),
            "broker": self.environment["CELERY_BROKER_URL"].partition(":")[0],
            "broker_wipes": fell[Blow.WIPE],
            "database_restarts": fell[Blow.RESTART],
            "restart_is": self.ground.restart_is,
            "lost": verdict.lost,
            "double": verdict.double,
            "ledger_minus_statement_fen": verdict.off_fen,
            "faults_of_the_books": list(verdict.faults),
            "states": told["states"],
            "lines_for_a_person": told["kept_apart"],
            "orders_for_a_person": told["for_a_person"],
            "payments_at_the_bank": sum(bank.payments.values()),
            **self.stack.happened,
            "seconds": round(time.monotonic() - self.began),
        }


def _hits(past: list[dict[str, Any]], left: set[tuple[int, int]]) -> Counter[str]:
    """How many blows of each kind were the first to meet a payment whose sender then never reported."""
    hits: Counter[str] = Counter()
    for line in past:
        met = left & {(order, attempt) for order, attempt in line["caught"]}
        hits[line["blow"]] += bool(met)
        left = left - met
    return hits


def environment_of(home: Path, ground: Ground) -> dict[str, str]:
    """What every process of the portal gets: the demo's settings on the ground of the run."""
    kept = {name: value for name, value in os.environ.items() if name not in ("GONGJI_HOME", "PGOPTIONS")}
    ours = {"DJANGO_SETTINGS_MODULE": "config.settings.demo", "GONGJI_HOME": str(home)}
    paces = {"PAYMENT_LEASE_SECONDS": str(LEASE_SECONDS), "WORKER_STILL_SECONDS": str(STILL_SECONDS)}
    return demo_environment({**kept, **ours}, port=0) | ground.environment() | paces
