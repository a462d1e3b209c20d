"""The background work of enrolments; each task calls one service or two."""

from celery import shared_task

from apps.core.clock import now
from apps.enrolments import services


@shared_task(name="enrolments.settle_contributions")
def settle_contributions() -> None:
    services.settle_contributions(now=now())


@shared_task(name="enrolments.expire_unpaid")
def expire_unpaid() -> None:
    """What passes with the days: reminders, lapses, ends, forgotten drafts."""
    at = now()
    services.remind_unpaid(now=at)
    services.expire_unpaid(now=at)
    services.end_covers(now=at)
    services.forget_drafts(now=at)
