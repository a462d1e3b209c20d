"""The Celery application: settings are Django's, tasks are found in every app."""

from celery import Celery

app = Celery("gongji")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
