"""Check plan files as they are checked before publishing, and against a regulator's floor."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.plans.files import CATALOGUE, floor_files
from apps.plans.rules.checking import checked
from apps.plans.rules.floors import FloorForm, concerns, misses_of


class Command(BaseCommand):
    """`manage.py check_plans [FILE...] [--floor CODE]`: one line a problem, exit 1 when there is any; no database."""

    help = "Check plan files (all of the catalogue when none is named), with --floor also against a regulator's floor."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="a terms file")
        parser.add_argument("--floor", metavar="CODE", help=f"one of {', '.join(floor_files())}")

    def handle(self, *args: object, **options: Any) -> None:
        floor = floor_files().get(options["floor"])
        if options["floor"] and floor is None:
            raise CommandError(f"--floor {options['floor']} is none of {', '.join(floor_files())}")
        files = options["files"] or sorted(CATALOGUE.glob("*.yaml"))
        found = [line for file in files for line in _problems(file, floor)]
        for line in found:
            self.stderr.write(line, style_func=str)
        self.stdout.write(f"{len(files)} files checked, {len(found)} problems")
        if found:
            sys.exit(1)


def _problems(file: Path, floor: FloorForm | None) -> list[str]:
    try:
        written = checked(file.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        return [f"{file.name}: cannot be read ({type(error).__name__})"]
    found = [f"{file.name}:{problem}" for problem in written.problems]
    if floor and written.terms and concerns(floor, written.terms):
        for miss in misses_of(floor, written.terms):
            told = f"{miss.what} = {miss.found} misses the floor {floor.code}, which asks for {miss.needed}"
            found.append(f"{file.name}: {told} (clause {miss.clause})")
    return found
