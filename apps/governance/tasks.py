"""The sweeper of ballots whose time is over."""

from celery import shared_task

from apps.core.clock import now
from apps.governance import services


@shared_task(name="governance.continue_resolutions")
def continue_resolutions() -> int:
    return services.continue_resolutions(now=now())
