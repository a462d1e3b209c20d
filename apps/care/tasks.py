"""Hourly: plan follow-ups where a cover began or ended."""

from celery import shared_task

from apps.care import services
from apps.core.clock import now


@shared_task(name="care.open_due_windows")
def open_due_windows() -> int:
    return services.open_due_windows(now=now())
