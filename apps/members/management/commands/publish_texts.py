"""Publish the covenant and consent texts that are new in this release."""

from typing import Any

from django.core.management.base import BaseCommand

from apps.core import clock
from apps.members.services import publish_texts


class Command(BaseCommand):
    help = "Publish the covenant and consent texts that are new in this release."

    def handle(self, *args: Any, **options: Any) -> None:
        added = publish_texts(now=clock.now())
        for text in added:
            self.stdout.write(f"published {text}, in force from {text.valid_from}")
        if not added:
            self.stdout.write("nothing new to publish")
