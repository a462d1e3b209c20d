"""Measure one benchmark, or all of them, each against a floor measured in the same run."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from apps.portal.benches import ALONE, BENCHES
from apps.portal.benches.figure import Figure
from apps.portal.chaos.run import Options, payment_chaos
from apps.portal.chaos.script import Size


class Command(BaseCommand):
    """`manage.py bench NAME --json`; exit 1 when a goal is missed."""

    help = "Measure how fast the portal is: " + ", ".join(BENCHES) + "; what it survives: " + ", ".join(ALONE)
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        names = [*BENCHES, *ALONE]
        parser.add_argument("names", nargs="*", metavar="NAME", choices=[*names, []], help=", ".join(names))
        parser.add_argument("--json", action="store_true", help="one JSON line a benchmark")
        chaos = parser.add_argument_group("payment-chaos")
        usual = Size()
        for name in ("payments", "kills"):
            chaos.add_argument(f"--{name}", type=int, default=getattr(usual, name))
        chaos.add_argument("--broker-wipes", type=int, default=usual.wipes)
        chaos.add_argument("--database-restarts", type=int, default=usual.restarts)
        chaos.add_argument("--seed", type=int, default=usual.seed)
        chaos.add_argument("--minutes", type=float, default=60, help="of one sitting; run again it goes on")
        chaos.add_argument("--ignore-key", action="store_true", help="negative control: must be reported as failed")
        chaos.add_argument("--database-url", default="", help="a real server; a database is made there and dropped")
        chaos.add_argument("--broker-url", default="", help="with --database-url: redis:// or amqp://, all its own")

    def handle(self, *args: Any, names: list[str], **options: Any) -> None:
        is_met = True
        for figure in _figures(names or list(BENCHES), options):
            is_met &= figure.is_met
            if options["json"]:
                self.stdout.write(json.dumps(figure.as_json()))
            else:
                verdict = "met" if figure.is_met else "MISSED"
                self.stdout.write(
                    f"{figure.name}: {figure.value:,.2f} {figure.unit}, floor {figure.floor:,.2f}, "
                    f"{figure.ratio:.2f} x the floor; goal {figure.goal}: {verdict}"
                )
        if not is_met:
            sys.exit(1)


def _figures(names: list[str], options: dict[str, Any]) -> Iterator[Figure]:
    for name in names:
        yield payment_chaos(_chaos(options)) if name == "payment-chaos" else BENCHES[name]()


def _chaos(options: dict[str, Any]) -> Options:
    size = Size(
        payments=options["payments"],
        kills=options["kills"],
        wipes=options["broker_wipes"],
        restarts=options["database_restarts"],
        seed=options["seed"],
        ignores_key=options["ignore_key"],
    )
    home = Path(settings.HOME) / "chaos"
    return Options(size, home, options["minutes"], options["database_url"], options["broker_url"])
