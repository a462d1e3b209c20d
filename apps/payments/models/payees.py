"""Whom the fund pays, and what it may pay on one day."""

from __future__ import annotations

from django.db import models

from apps.core.fields import EncryptedTextField, MoneyField
from apps.payments.rules.holding import LimitsInForce


class PayeeAccount(models.Model):
    """A bank account somebody named to be paid on; a new one replaces the old and is held a while before use."""

    owner_label = models.CharField(max_length=60)
    owner_id = models.BigIntegerField()
    holder_name = models.CharField(max_length=60)
    bank = models.CharField(max_length=60)
    number = EncryptedTextField()
    number_index = models.CharField(max_length=64, db_index=True)
    number_tail = models.CharField(max_length=4)
    key = models.UUIDField(unique=True)
    created_at = models.DateTimeField()
    usable_from = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="payeeaccount_one_open",
                fields=["owner_label", "owner_id"],
                condition=models.Q(replaced_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank} {self.masked_number}"

    @property
    def masked_number(self) -> str:
        return f"•••• {self.number_tail}"


class Limits(models.Model):
    """From which amount two people release a payment, and what may go out on one day.

    The newest row is in force, of those with a proposal the newest that a second person confirmed; ``set_at`` is when
    it was written down, which for those is when it was proposed.
    """

    release_from_fen = MoneyField()
    payee_day_fen = MoneyField()
    day_fen = MoneyField()
    set_at = models.DateTimeField()
    proposal = models.OneToOneField("payments.Proposal", models.PROTECT, null=True, related_name="limits")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="limits_above_zero",
                condition=models.Q(release_from_fen__gt=0, payee_day_fen__gt=0, day_fen__gt=0),
            )
        ]

    def __str__(self) -> str:
        return f"{self.release_from_fen} {self.payee_day_fen} {self.day_fen}"

    @property
    def values(self) -> LimitsInForce:
        return LimitsInForce(self.release_from_fen, self.payee_day_fen, self.day_fen)


class DayTotal(models.Model):
    """What went to one account on one day, and (without an account) to all; its row lock keeps the limits exact."""

    day = models.DateField()
    number_index = models.CharField(max_length=64, blank=True)
    sent_fen = MoneyField()

    class Meta:
        constraints = [models.UniqueConstraint(name="daytotal_once", fields=["day", "number_index"])]

    def __str__(self) -> str:
        return f"{self.day} {self.sent_fen}"
