"""The doorbell and the sweeper of closes under way."""

from celery import shared_task

from apps.actuary import services
from apps.core.clock import now


@shared_task(name="actuary.continue_closes")
def continue_closes() -> int:
    return services.continue_closes(now=now())
