"""The Celery application: settings are Django's, tasks are found in every app."""

from typing import Any

from celery import Celery
from celery.signals import worker_ready

app = Celery("gongji")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_ready.connect
def _start_watchdog(sender: Any, **_: Any) -> None:
    from django.conf import settings

    from config.watchdog import watch

    if settings.WORKER_STILL_SECONDS:
        watch(sender.pool, settings.WORKER_STILL_SECONDS)
