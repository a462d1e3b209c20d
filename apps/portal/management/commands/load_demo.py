"""Load the demo's story once: an alliance, its families, eighteen months of care, claims, payments and votes."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from apps.core.clock import now
from apps.fund.selectors import ledger_is_balanced
from apps.portal.demo.telling import SEED, is_loaded, load


class Command(BaseCommand):
    requires_system_checks = ()
    help = "Load the demo's story into an empty database; does nothing when it is there already."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--families", type=int, default=600, help="how many families (default 600)")
        parser.add_argument("--seed", type=int, default=SEED, help="another seed tells another story")

    def handle(self, *args: Any, families: int, seed: int, **options: Any) -> None:
        if families < 1:
            raise CommandError("A story needs at least one family.")
        if is_loaded():
            self.stdout.write("The story is loaded already.")
            return
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
        with Progress(*columns, TimeElapsedColumn()) as bar:
            task = bar.add_task("Telling the story")

            def show(day: date, done: int, total: int) -> None:
                bar.update(task, description=f"{day:%B %Y}", completed=done, total=total)

            load(count=families, now=now(), seed=seed, progress=show)
        if not ledger_is_balanced():
            raise CommandError("The ledger of the story does not balance.")
