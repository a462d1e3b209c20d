"""What the bank says has happened, line by line."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.fields import MoneyField
from apps.payments.models.checkouts import Checkout
from apps.payments.models.orders import Order
from apps.payments.rules.matching import LineKind


class LineState(models.TextChoices):
    MATCHED = "matched", _("Matched")
    WAITING = "waiting", _("Waiting for an earlier line")
    QUARANTINE = "quarantine", _("To be explained")
    EXPLAINED = "explained", _("Explained")


KIND_NAMES = {
    LineKind.PAID: _("Paid out"),
    LineKind.REJECTED: _("Refused"),
    LineKind.RETURNED: _("Came back"),
    LineKind.RECEIVED: _("Paid in"),
}


class FileKind(models.TextChoices):
    CSV = "csv", _("CSV")
    CAMT = "camt.053", _("ISO 20022 camt.053")


class StatementFile(models.Model):
    """A statement somebody brought as a file; the same file brought again changes nothing."""

    sha256 = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=FileKind)
    brought_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    brought_at = models.DateTimeField()
    lines = models.PositiveIntegerField()
    fresh = models.PositiveIntegerField(help_text="lines that were not known before")
    first_date = models.DateField()
    last_date = models.DateField()

    def __str__(self) -> str:
        return self.name


class StatementFeed(models.Model):
    """How far the live statement is read, in one row: lines brought as files never move it past lines not fetched."""

    read_to = models.BigIntegerField(default=0, help_text="up to here no number is missing")
    newest = models.BigIntegerField(default=0, help_text="the highest number the feed has shown")
    complete_at = models.DateTimeField(null=True, help_text="when it was last read to its end with no number missing")

    def __str__(self) -> str:
        return f"read to {self.read_to} of {self.newest}"


class StatementLine(models.Model):
    """One line of the bank's statement, taken once by its number."""

    number = models.BigIntegerField(unique=True)
    key = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=[(kind.value, name) for kind, name in KIND_NAMES.items()])
    amount_fen = MoneyField()
    account_index = models.CharField(max_length=64, blank=True)
    bank_date = models.DateField()
    reference = models.CharField(max_length=80, blank=True)
    read_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=LineState)
    reason = models.CharField(max_length=200, blank=True)
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="statement_lines")
    checkout = models.ForeignKey(Checkout, models.PROTECT, null=True, related_name="statement_lines")

    class Meta:
        indexes = [
            models.Index(
                name="line_unmatched", fields=["state", "number"], condition=~models.Q(state=LineState.MATCHED)
            )
        ]
        constraints = [
            models.CheckConstraint(name="line_amount_positive", condition=models.Q(amount_fen__gt=0)),
            models.CheckConstraint(
                name="line_matched_to_one",
                condition=~models.Q(state=LineState.MATCHED)
                | models.Q(order__isnull=False, checkout=None)
                | models.Q(order=None, checkout__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.kind} {self.amount_fen}"

    @property
    def shown_number(self) -> str:
        """The bank's number; where the bank counts otherwise, its reference, or else the number we keep the line under.

        A number below zero is only how a line of a file with another kind of number is told from the rest.
        """
        return str(self.number) if self.number >= 0 else self.reference or f"#{self.pk}"

    @property
    def has_moved_money(self) -> bool:
        return self.kind != LineKind.REJECTED
