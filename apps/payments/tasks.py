"""The background work of payments; each task calls one service."""

from celery import shared_task

from apps.core.clock import now
from apps.core.jobs import ring
from apps.payments import services

BATCH = 200


@shared_task(name="payments.send_due")
def send_due() -> None:
    if services.send_due_payments(limit=BATCH, now=now()) >= BATCH:
        ring("payments.send_due")


@shared_task(name="payments.read_statement")
def read_statement() -> None:
    services.read_statement(now=now())


@shared_task(name="payments.confirm_checkouts")
def confirm_checkouts() -> None:
    services.confirm_checkouts(limit=50, now=now())
