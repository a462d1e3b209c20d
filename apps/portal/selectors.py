"""Reads that join several apps."""

from django.db.models import QuerySet

from apps.audit.models import Event


def events() -> QuerySet[Event]:
    return Event.objects.order_by("-at", "-pk")
