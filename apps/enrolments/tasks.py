"""The background work of enrolments; each task calls one service or a few."""

from celery import shared_task

from apps.core.clock import now
from apps.enrolments import services


@shared_task(name="enrolments.settle_contributions")
def settle_contributions() -> None:
    at = now()
    services.settle_contributions(now=at)
    services.settle_invoices(now=at)


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
    services.lapse_places(now=at)


@shared_task(name="enrolments.check_rosters", time_limit=1200, soft_time_limit=1170)
def check_rosters() -> None:
    services.check_rosters(now=now())


@shared_task(name="enrolments.enrol_rosters", time_limit=7200, soft_time_limit=7170)
def enrol_rosters() -> None:
    services.enrol_rosters(now=now())


@shared_task(name="enrolments.forget_rosters")
def forget_rosters() -> None:
    services.forget_rosters(now=now())
