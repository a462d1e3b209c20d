"""What is owed for a cover and by whom, the money received for it, and the money that goes back."""

from __future__ import annotations

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.fields import MoneyField
from apps.core.periods import Period
from apps.enrolments.models.applying import PAYERS
from apps.enrolments.models.covers import Cover
from apps.enrolments.rules.schedule import FAMILY, Payer
from apps.payments.models import Checkout, Order


class ContributionQuerySet(models.QuerySet["Contribution"]):
    def due(self) -> ContributionQuerySet:
        return self.filter(state=Contribution.State.DUE)

    def of_family(self) -> ContributionQuerySet:
        """What the family itself pays on the payment page."""
        return self.filter(payer_label__in=FAMILY)

    def waited_for(self) -> ContributionQuerySet:
        """Due from somebody whose money the cover waits for."""
        return self.due().filter(is_trusted=False)


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old))
class Contribution(models.Model):
    """What one payer owes for a cover, at once or as one of several instalments."""

    class State(models.TextChoices):
        DUE = "due", _("To be paid")
        PAID = "paid", _("Paid")
        REFUNDED = "refunded", _("Paid back")
        VOID = "void", _("Not owed any more")

    cover = models.ForeignKey(Cover, models.PROTECT, related_name="contributions")
    payer_label = models.CharField(max_length=20, choices=PAYERS, default=Payer.SELF.value)
    number = models.PositiveSmallIntegerField(default=1, help_text="which instalment, from 1")
    period_start = models.DateField(null=True, blank=True, help_text="the days it pays for; none: the whole cover")
    period_end = models.DateField(null=True, blank=True)
    amount_fen = MoneyField(help_text="what is owed; after a refund, what is kept")
    received_fen = MoneyField(default=0)
    due_date = models.DateField()
    grace_until = models.DateField(null=True, blank=True, help_text="after this day the cover lapses without it")
    is_trusted = models.BooleanField(default=False, help_text="the payer's word is enough: no cover waits for it")
    state = models.CharField(max_length=10, choices=State, default=State.DUE)
    paid_date = models.DateField(null=True, blank=True)
    reminded_date = models.DateField(null=True, blank=True)
    attempt = models.PositiveSmallIntegerField(default=1, help_text="which payment page is or was open for it")
    key = models.CharField(max_length=80, unique=True)

    objects = ContributionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["state", "due_date"]),
            models.Index(name="contribution_in_grace", fields=["grace_until"], condition=Q(state="due")),
        ]
        constraints = [
            models.CheckConstraint(name="contribution_above_zero", condition=Q(amount_fen__gt=0)),
            models.CheckConstraint(
                name="contribution_paid_has_a_day",
                condition=Q(state__in=["due", "void"], paid_date=None)
                | Q(state__in=["paid", "refunded"], paid_date__isnull=False),
            ),
            models.CheckConstraint(
                name="contribution_received_as_it_says",
                condition=Q(state__in=["paid", "refunded"], received_fen=F("amount_fen"))
                | Q(state__in=["due", "void"], received_fen__gte=0, received_fen__lt=F("amount_fen")),
            ),
            models.CheckConstraint(
                name="contribution_pays_for_days",
                condition=Q(period_start=None, period_end=None)
                | Q(period_start__isnull=False, period_end__isnull=False, period_end__gt=F("period_start")),
            ),
        ]

    def __str__(self) -> str:
        return f"contribution {self.pk}"

    @property
    def left_fen(self) -> int:
        """What is still to come."""
        return self.amount_fen - self.received_fen

    @property
    def is_waited_for(self) -> bool:
        """Whether it is due from somebody whose money the cover waits for."""
        return self.state == self.State.DUE and not self.is_trusted

    @property
    def is_of_family(self) -> bool:
        return self.payer_label in FAMILY

    @property
    def period(self) -> Period:
        """The days it pays for."""
        if self.period_start is None or self.period_end is None:
            return Period(self.cover.start, self.cover.end)
        return Period(self.period_start, self.period_end)


class Receipt(models.Model):
    """Money that arrived for a contribution; the same payment is taken in once."""

    class Use(models.TextChoices):
        CONTRIBUTION = "contribution", _("Contribution")
        EXCESS = "excess", _("Paid twice, goes back")

    contribution = models.ForeignKey(Contribution, models.PROTECT, related_name="receipts")
    checkout = models.ForeignKey(Checkout, models.PROTECT, null=True, blank=True, related_name="+")
    key = models.CharField(max_length=80, null=True, help_text="of the payment; it may serve several instalments")  # noqa: DJ001 - none before there were keys
    amount_fen = MoneyField()
    received_date = models.DateField()
    use = models.CharField(max_length=12, choices=Use)
    booked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="receipt_above_zero", condition=Q(amount_fen__gt=0)),
            models.UniqueConstraint(name="payment_received_once", fields=["key", "contribution", "use"]),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """As printed: year and serial."""
        return f"R{self.received_date.year}-{self.pk:06d}"


class Refund(models.Model):
    """Money that goes back to whoever paid it, once; paid when the account for it is known.

    Of a ``contribution``: the money in excess of a ``receipt``; none: what had been received for it.  Or what a group
    paid in excess with a ``payment`` of an invoice.
    """

    contribution = models.ForeignKey(Contribution, models.PROTECT, null=True, related_name="refunds")
    payment = models.OneToOneField("enrolments.InvoicePayment", models.PROTECT, null=True, related_name="refund")
    receipt = models.OneToOneField(Receipt, models.PROTECT, null=True, related_name="refund")
    amount_fen = MoneyField()
    owed_account = models.CharField(max_length=120, help_text="of the ledger")
    owner_label = models.CharField(max_length=60, help_text="whose account for payments it goes to")
    owner_id = models.BigIntegerField()
    attempt = models.PositiveSmallIntegerField(default=1)
    order = models.OneToOneField(Order, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    is_stopped: bool
    """Whether two people declined to pay it; only where a selector asked."""
    has_account: bool
    """Whether the account it goes to is known; only where a selector asked."""

    class Meta:
        indexes = [models.Index(name="refund_to_ask_for", fields=["id"], condition=Q(order=None))]
        constraints = [
            models.CheckConstraint(name="refund_above_zero", condition=Q(amount_fen__gt=0)),
            models.CheckConstraint(
                name="refund_of_one_thing",
                condition=Q(contribution__isnull=False, payment=None)
                | Q(contribution=None, payment__isnull=False, receipt=None),
            ),
            models.UniqueConstraint(
                name="contribution_refunded_once", fields=["contribution"], condition=Q(receipt=None)
            ),
        ]

    def __str__(self) -> str:
        return f"refund {self.pk}"
