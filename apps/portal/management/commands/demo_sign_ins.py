"""Say who can sign in to the demo."""

from typing import Any

from django.core.management.base import BaseCommand

from apps.portal.demo.alliance import PASSWORD, SIGN_INS


class Command(BaseCommand):
    help = "List the e-mail addresses and the password of the demo."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Sign in with the password  {PASSWORD}  as")
        for worker in SIGN_INS:
            self.stdout.write(f"  {worker.email:<40} {worker.does_en}")
