"""What would be paid in a case, and why: answers case files without touching the database."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand

from apps.plans.errors import CaseMalformed
from apps.plans.files import catalogue_terms
from apps.plans.rules.case_answer import answered
from apps.plans.rules.case_file import parse_case


class Command(BaseCommand):
    """`manage.py adjudicate CASE.yaml...`; `-` reads standard input.  Exit 2 when a case is malformed."""

    help = "Answer case files: what the plan would pay and why, one JSON document a case."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("cases", nargs="+", metavar="CASE", help="a case file, or - for standard input")

    def handle(self, *args: object, **options: object) -> None:
        names = options["cases"]
        assert isinstance(names, list)  # noqa: S101 - argparse gives a list
        malformed = [name for name in names if not self._answer(str(name))]
        if malformed:
            sys.exit(2)

    def _answer(self, name: str) -> bool:
        """Print the answer or the one line of what is wrong; whether it could be answered."""
        try:
            case = parse_case(_text(name), name, catalogue_terms)
        except CaseMalformed as error:
            self.stderr.write(str(error), style_func=str)
            return False
        self.stdout.write(json.dumps(answered(case), ensure_ascii=False))
        return True


def _text(name: str) -> str:
    try:
        raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return raw.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CaseMalformed(f"{name}: cannot be read ({type(error).__name__})") from None
