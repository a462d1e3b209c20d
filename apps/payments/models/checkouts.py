"""Money in: what somebody is asked to pay."""

from __future__ import annotations

from datetime import date, datetime
from uuid import uuid4

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.clock import business_day
from apps.core.fields import MoneyField


class CheckoutState(models.TextChoices):
    OPEN = "open", _("Waiting for payment")
    PAID = "paid", _("Paid")
    FAILED = "failed", _("Not paid")
    EXPIRED = "expired", _("Expired")


class Checkout(models.Model):
    """Money somebody is asked to pay in.  The browser's return never counts; the bank's word does, once."""

    key = models.UUIDField(unique=True)
    token = models.UUIDField(unique=True, default=uuid4, help_text="names it in addresses; cannot be guessed")
    purpose = models.CharField(max_length=20, default="contribution")
    source_label = models.CharField(max_length=60)
    source_id = models.BigIntegerField()
    amount_fen = MoneyField()
    return_url = models.CharField(max_length=500)
    state = models.CharField(max_length=8, choices=CheckoutState, default=CheckoutState.OPEN)
    gateway_reference = models.CharField(max_length=80, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    bank_date = models.DateField(null=True, help_text="when the money came in, by the bank's statement")

    class Meta:
        indexes = [
            models.Index(fields=["source_label", "source_id"]),
            models.Index(fields=["state", "paid_at"]),
        ]
        constraints = [
            models.CheckConstraint(name="checkout_amount_positive", condition=models.Q(amount_fen__gt=0)),
            models.CheckConstraint(
                name="checkout_paid_has_time",
                condition=models.Q(state=CheckoutState.PAID, paid_at__isnull=False)
                | (~models.Q(state=CheckoutState.PAID) & models.Q(paid_at=None)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.source_id} {self.state}"

    @property
    def source(self) -> tuple[str, int]:
        """The row it is asked for: label and id."""
        return self.source_label, self.source_id

    @property
    def pay_url(self) -> str:
        """Where the payer goes; from there on to the bank's payment page."""
        return reverse("payments:pay", args=[self.token])

    @property
    def is_paid(self) -> bool:
        return self.state == CheckoutState.PAID

    def counts_from(self, now: datetime) -> date:
        """The day from which a paid one counts: matched with the statement by hand days later, the bank's day."""
        day = business_day(self.paid_at or now)
        return min(day, self.bank_date) if self.bank_date else day
