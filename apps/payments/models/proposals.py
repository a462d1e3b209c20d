"""What one person proposes about money and a second one confirms."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.payments.models.checkouts import Checkout
from apps.payments.models.orders import Order
from apps.payments.models.statement import StatementLine


class Proposal(models.Model):
    """One thing to be done with an order, a line of the statement or the limits; the database holds that two do it."""

    class Kind(models.TextChoices):
        RELEASE = "release", _("Pay it")
        DECLINE = "decline", _("Do not pay it")
        NOT_PAID = "not-paid", _("The bank has not paid it")
        MATCH_ORDER = "match-order", _("It belongs to a payment")
        MATCH_CHECKOUT = "match-checkout", _("It belongs to money we asked for")
        PAIR = "pair", _("It is turned round by another line")
        BOOK = "book", _("It belongs to another account")
        NOTE = "note", _("It needs nothing but a note")
        LIMITS = "limits", _("Other limits")

    class Outcome(models.TextChoices):
        OPEN = "open", _("Waits for a second person")
        ACCEPTED = "accepted", _("Confirmed")
        REFUSED = "refused", _("Not confirmed")
        VOID = "void", _("No longer applies")

    key = models.UUIDField(unique=True)
    kind = models.CharField(max_length=14, choices=Kind)
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="proposals")
    line = models.ForeignKey(StatementLine, models.PROTECT, null=True, related_name="proposals")
    other_line = models.ForeignKey(StatementLine, models.PROTECT, null=True, related_name="+")
    checkout = models.ForeignKey(Checkout, models.PROTECT, null=True, related_name="+")
    account = models.CharField(max_length=120, blank=True, help_text="of the ledger, where it is booked to")
    reason = models.CharField(max_length=300)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.OPEN)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="proposal_second_person",
                condition=Q(decided_by=None) | Q(kind="note") | ~Q(decided_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="proposal_decided_by_somebody",
                condition=Q(outcome__in=["open", "void"]) | Q(decided_by__isnull=False, decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="proposal_about_something",
                condition=Q(order__isnull=False) | Q(line__isnull=False) | Q(kind="limits"),
            ),
            models.UniqueConstraint(
                name="proposal_one_open_an_order", fields=["order"], condition=Q(outcome="open", line=None)
            ),
            models.UniqueConstraint(name="proposal_one_open_a_line", fields=["line"], condition=Q(outcome="open")),
            models.UniqueConstraint(
                name="proposal_one_open_of_limits", fields=["kind"], condition=Q(outcome="open", kind="limits")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.outcome}"

    @property
    def is_open(self) -> bool:
        return self.outcome == self.Outcome.OPEN
