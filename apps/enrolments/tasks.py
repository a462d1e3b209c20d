"""The background work of enrolments; each task calls one service or a few."""

from celery import shared_task

from apps.core.clock import now
from apps.enrolments import services


@shared_task(name="enrolments.settle_contributions")
def settle_contributions() -> None:
    services.settle_contributions(now=now())


@shared_task(name="enrolments.pay_refunds")
def pay_refunds() -> None:
    services.pay_refunds(now=now())


@shared_task(name="enrolments.expire_unpaid")
def expire_unpaid() -> None:
    """What passes with the days: reminders, lapses, ends, forgotten drafts."""
    at = now()
    services.remind_unpaid(now=at)
    services.expire_unpaid(now=at)
    services.lapse_covers(now=at)
    services.close_lapses(now=at)
    services.end_covers(now=at)
    services.forgive_rest(now=at)
    services.forget_drafts(now=at)
