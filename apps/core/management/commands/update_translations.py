"""Collect the texts of the sources into the Chinese catalogue and say what is untranslated."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from apps.core.translations import untranslated, update_catalogue


class Command(BaseCommand):
    help = "Collect the texts to translate into config/locale and list those without a translation."

    def handle(self, *args: Any, **options: Any) -> None:
        catalog = update_catalogue(settings.ROOT)
        missing = untranslated(settings.ROOT)
        for text in missing:
            self.stdout.write(f"untranslated: {text}")
        self.stdout.write(f"{len(catalog)} texts, {len(missing)} untranslated")
