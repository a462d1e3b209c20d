"""The sweepers of ballots whose time is over and of grants that could not be paid."""

from celery import shared_task

from apps.core.clock import now
from apps.governance import services


@shared_task(name="governance.continue_resolutions")
def continue_resolutions() -> int:
    return services.continue_resolutions(now=now())


@shared_task(name="governance.lapse_grants")
def lapse_grants() -> int:
    return services.lapse_grants(now=now())
