"""Collect the texts of the sources into the Chinese catalogue and say what is untranslated."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.core.translations import untranslated, update_catalogue


class Command(BaseCommand):
    help = "Collect the texts to translate into config/locale and list those without a translation."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail when a text is untranslated")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        if not check:
            update_catalogue(settings.ROOT)
        missing = untranslated(settings.ROOT)
        for text in missing:
            self.stdout.write(f"untranslated: {text}")
        if missing and check:
            raise CommandError(f"{len(missing)} texts are untranslated; run update_translations and fill them in")
        self.stdout.write(f"{len(missing)} texts are untranslated")
