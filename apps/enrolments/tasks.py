"""The background work of enrolments; each task calls one service or a few."""

import logging

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded

from apps.core.clock import now
from apps.enrolments import services

logger = logging.getLogger(__name__)
PASSES = (
    services.remind_unpaid,
    services.expire_unpaid,
    services.lapse_covers,
    services.close_lapses,
    services.end_covers,
    services.forgive_rest,
    services.forget_drafts,
    services.lapse_places,
)


@shared_task(name="enrolments.settle_contributions")
def settle_contributions() -> None:
    services.settle_contributions(now=now())


@shared_task(name="enrolments.settle_invoices", time_limit=600, soft_time_limit=570)
def settle_invoices() -> None:
    services.settle_invoices(now=now())


@shared_task(name="enrolments.pay_refunds", time_limit=600, soft_time_limit=570)
def pay_refunds() -> None:
    services.pay_refunds(now=now())


@shared_task(name="enrolments.expire_unpaid", time_limit=1800, soft_time_limit=1770)
def expire_unpaid() -> None:
    """What passes with the days: reminders, lapses, ends, forgotten drafts; one that fails holds up no other."""
    at = now()
    for work in PASSES:
        try:
            work(now=at)
        except SoftTimeLimitExceeded:
            raise
        except Exception:
            logger.exception("%s failed; the next run comes back to it", work.__name__)


@shared_task(name="enrolments.check_rosters", time_limit=1200, soft_time_limit=1170)
def check_rosters() -> None:
    services.check_rosters(now=now())


@shared_task(name="enrolments.enrol_rosters", time_limit=7200, soft_time_limit=7170)
def enrol_rosters() -> None:
    services.enrol_rosters(now=now())


@shared_task(name="enrolments.forget_rosters", time_limit=1200, soft_time_limit=1170)
def forget_rosters() -> None:
    services.forget_rosters(now=now())
