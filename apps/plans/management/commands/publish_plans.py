"""Publish the catalogue's plan versions that are not published yet."""

from django.core.management.base import BaseCommand

from apps.core.clock import now
from apps.plans.services import publish_catalogue


class Command(BaseCommand):
    """`manage.py publish_plans`: safe to run again."""

    help = "Publish every plan version of the catalogue that is not published yet."

    def handle(self, *args: object, **options: object) -> None:
        for version in publish_catalogue(now=now()):
            self.stdout.write(f"published {version}")
