"""The doorbell and the sweeper of the outbox."""

from celery import shared_task

from apps.core.clock import now
from apps.reminders.services import send_due_messages


@shared_task(name="reminders.send_due")
def send_due() -> int:
    return send_due_messages(now=now())
