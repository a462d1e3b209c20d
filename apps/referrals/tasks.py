"""Hourly: what the calendar does to referrals."""

from celery import shared_task

from apps.core.clock import now
from apps.referrals.services import sweep_referrals


@shared_task(name="referrals.sweep")
def sweep() -> int:
    return sweep_referrals(now=now())
