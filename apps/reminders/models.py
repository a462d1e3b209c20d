"""What is told to whom, when and by which channel; a row is the truth, the task only delivers it."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.reminders import texts


class MessageQuerySet(models.QuerySet["Message"]):
    def visible(self, now: datetime) -> MessageQuerySet:
        """In-app messages are there as soon as they are due, whether or not a worker has run."""
        return self.filter(channel=Message.Channel.IN_APP, due_at__lte=now)

    def to_deliver(self, now: datetime) -> MessageQuerySet:
        return self.filter(state=Message.State.WAITING, due_at__lte=now, try_after__lte=now)


class Message(models.Model):
    class Channel(models.TextChoices):
        IN_APP = "in-app", _("In Gongji")
        EMAIL = "email", _("E-mail")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="messages")
    kind = models.CharField(max_length=40)
    parameters = models.JSONField(default=dict)
    channel = models.CharField(max_length=8, choices=Channel)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    due_at = models.DateTimeField()
    try_after = models.DateTimeField(help_text="a failed try waits until then")
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    key = models.CharField(max_length=120, unique=True)
    created_at = models.DateTimeField()

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="message_sent_when", condition=Q(sent_at__isnull=False) | ~Q(state="sent")),
            models.CheckConstraint(name="only_in_app_is_read", condition=Q(read_at=None) | Q(channel="in-app")),
        ]
        indexes = [
            models.Index(name="message_waiting", fields=["try_after"], condition=Q(state="waiting")),
            models.Index(fields=["recipient", "-due_at"]),
            models.Index(fields=["-due_at", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.recipient_id} by {self.channel}"

    @property
    def label(self) -> str:
        """What sort of news it is, without any detail: for the outbox."""
        return texts.label_of(self.kind)

    @property
    def subject(self) -> str:
        return texts.subject_of(self.kind, self.parameters)

    @property
    def body(self) -> str:
        return texts.body_of(self.kind, self.parameters)

    @property
    def url(self) -> str:
        return texts.url_of(self.kind, self.parameters)
