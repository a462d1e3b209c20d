"""The doorbell and the sweeper of the outbox."""

from celery import shared_task

from apps.core.clock import now
from apps.core.jobs import ring
from apps.reminders.services import send_due_messages

BATCH = 200


@shared_task(name="reminders.send_due")
def send_due() -> int:
    sent = send_due_messages(now=now(), limit=BATCH)
    if sent >= BATCH:
        ring("reminders.send_due")
    return sent
