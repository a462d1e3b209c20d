"""Do what is left of a close here and now, without the worker and its limit of time."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.actuary.models import PeriodClose
from apps.actuary.services import continue_closes
from apps.core.clock import now


class Command(BaseCommand):
    help = "Finish the close that is running; exit 1 when somebody else is at it."

    def handle(self, *args: Any, **options: Any) -> None:
        done = continue_closes(now=now())
        if not done and PeriodClose.objects.filter(state=PeriodClose.State.RUNNING).exists():
            raise CommandError("A worker is at the close: wait until it is done, or stop the worker and try again.")
        self.stdout.write("The close is finished." if done else "No close is running.")
