"""What changed parameters of a plan would have paid on the real claims of a period."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from apps.actuary.errors import ChangeUnusable
from apps.actuary.rules.effects import Both, Effect, Moved
from apps.actuary.rules.telling import told, told_data
from apps.actuary.services.what_ifs import STEPS, work_out
from apps.core.clock import business_day, now
from apps.core.money import Money
from apps.core.periods import Period
from apps.plans.models import PlanVersion


class Command(BaseCommand):
    """`manage.py whatif PLAN --from 2026-01-01 --to 2026-12-31 --set visit_limit=800.00`."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("plan", help="code of a published plan")
        parser.add_argument("--terms", help="version of its terms; the newest published if left out")
        parser.add_argument("--from", dest="since", type=date.fromisoformat, required=True, help="first day")
        parser.add_argument("--to", dest="until", type=date.fromisoformat, help="last day; today if left out")
        parser.add_argument("--set", dest="changes", action="append", default=[], metavar="NAME=VALUE")
        parser.add_argument("--json", action="store_true", help="one JSON document instead of a table")

    def handle(self, *args: Any, plan: str, since: date, **options: Any) -> None:
        last = options["until"] or business_day(now())
        if last < since:
            raise CommandError(f"The period ends on {last}, before it begins on {since}.")
        version = self._version(plan, options["terms"])
        changes = dict(self._change(text) for text in options["changes"])
        with Progress(disable=options["json"], transient=True) as bar:
            task = bar.add_task("Working it out", total=STEPS)
            try:
                period = Period(since, last + timedelta(days=1))
                effect = work_out(version, period, changes, progress=lambda: bar.advance(task))
            except ChangeUnusable as error:
                raise CommandError(f"--set {error.field}: {error.params['problem']}") from None
        if options["json"]:
            self.stdout.write(json.dumps({"plan": str(version), "changes": changes, **told_data(effect)}))
        else:
            Console().print(_table(told(effect)))

    def _version(self, code: str, version: str | None) -> PlanVersion:
        found = PlanVersion.objects.filter(code=code)
        if version:
            found = found.filter(version=version)
        newest = found.order_by("-valid_from", "-pk").first()
        if newest is None:
            raise CommandError(f"No published plan is called {code} {version or ''}".rstrip() + ".")
        return newest

    def _change(self, text: str) -> tuple[str, str]:
        name, sign, value = text.partition("=")
        if not sign:
            raise CommandError(f"--set {text}: write it as NAME=VALUE.")
        return name, value


def _table(effect: Effect) -> Table:
    table = Table("", "as it was", "as it would have been", "change")
    for name, both in (("Paid", effect.paid), ("Contributions earned", effect.earned)):
        table.add_row(name, *_money(both))
    for code, both in effect.benefits.items():
        table.add_row(f"  {code}", *_money(both))
    table.add_row("People who get more", "", *_moved(effect.gaining))
    table.add_row("People who get less", "", *_moved(effect.losing))
    table.add_row("People in all", "fewer than five" if effect.people is None else str(effect.people), "", "")
    table.add_row("Claims decided otherwise than then", str(effect.differs), "", "")
    return table


def _money(both: Both) -> tuple[str, str, str]:
    return _yuan(both.old), _yuan(both.new), _yuan(both.change)


def _moved(moved: Moved) -> tuple[str, str]:
    many = "five or more" if moved.people is None else str(moved.people)
    return "fewer than five" if moved.is_telling else many, _yuan(moved.fen)


def _yuan(fen: int | None) -> str:
    return "not shown" if fen is None else str(Money(fen))
