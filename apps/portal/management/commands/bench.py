"""Measure one benchmark, or all of them, each against a floor measured in the same run."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apps.portal.benches import BENCHES


class Command(BaseCommand):
    """`manage.py bench NAME --json`; exit 1 when a goal is missed."""

    help = "Measure how fast the portal is: " + ", ".join(BENCHES)
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("names", nargs="*", metavar="NAME", choices=[*BENCHES, []], help=", ".join(BENCHES))
        parser.add_argument("--json", action="store_true", help="one JSON line a benchmark")

    def handle(self, *args: Any, names: list[str], **options: Any) -> None:
        is_met = True
        for name in names or BENCHES:
            figure = BENCHES[name]()
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
