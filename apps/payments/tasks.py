"""The background work of payments; each task calls one service."""

from celery import shared_task

from apps.core.clock import now
from apps.payments import services

BATCH = 200


@shared_task(name="payments.send_due")
def send_due() -> None:
    services.send_due_payments(limit=BATCH, now=now())


@shared_task(name="payments.read_statement")
def read_statement() -> None:
    services.read_statement(now=now())


@shared_task(name="payments.confirm_checkouts")
def confirm_checkouts() -> None:
    services.confirm_checkouts(limit=50, now=now())
