"""What is owed for a cover, and the money received for it."""

from __future__ import annotations

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.fields import MoneyField
from apps.enrolments.models.covers import Cover
from apps.payments.models import Checkout


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old))
class Contribution(models.Model):
    """What one payer owes for a cover."""

    class State(models.TextChoices):
        DUE = "due", _("To be paid")
        PAID = "paid", _("Paid")
        REFUNDED = "refunded", _("Paid back")

    cover = models.ForeignKey(Cover, models.PROTECT, related_name="contributions")
    payer_label = models.CharField(max_length=20, default="self")
    amount_fen = MoneyField()
    due_date = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.DUE)
    paid_date = models.DateField(null=True, blank=True)
    attempt = models.PositiveSmallIntegerField(default=1, help_text="which payment page is or was open for it")
    key = models.CharField(max_length=80, unique=True)

    class Meta:
        indexes = [models.Index(fields=["state", "due_date"])]
        constraints = [
            models.CheckConstraint(name="contribution_above_zero", condition=Q(amount_fen__gt=0)),
            models.CheckConstraint(
                name="contribution_paid_has_a_day",
                condition=Q(state="due", paid_date=None) | (~Q(state="due") & Q(paid_date__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"contribution {self.pk}"


class Receipt(models.Model):
    """Money that arrived for a contribution, once for each payment page it arrived through."""

    class Use(models.TextChoices):
        CONTRIBUTION = "contribution", _("Contribution")
        EXCESS = "excess", _("Paid twice, goes back")

    contribution = models.ForeignKey(Contribution, models.PROTECT, related_name="receipts")
    checkout = models.OneToOneField(Checkout, models.PROTECT, null=True, blank=True, related_name="+")
    amount_fen = MoneyField()
    received_date = models.DateField()
    use = models.CharField(max_length=12, choices=Use)
    booked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="receipt_above_zero", condition=Q(amount_fen__gt=0)),
            models.UniqueConstraint(
                name="contribution_received_once", fields=["contribution"], condition=Q(use="contribution")
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """As printed: year and serial."""
        return f"R{self.received_date.year}-{self.pk:06d}"
