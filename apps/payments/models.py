"""Money out (orders to the bank), money in (checkouts), who is paid, and what the bank's statement said."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.fields import EncryptedTextField, MoneyField
from apps.payments.rules.matching import LineKind
from apps.payments.rules.states import State


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


class Purpose(models.TextChoices):
    CLAIM = "claim", _("Claim")
    REFUND = "refund", _("Refund of a contribution")
    APPROPRIATION = "appropriation", _("Granted by the council")
    REWARD = "reward", _("Reward")
    ALLOWANCE = "allowance", _("Allowance")


STATE_NAMES = {
    State.REQUESTED: _("To be sent"),
    State.SUBMITTING: _("Being sent"),
    State.SUBMITTED: _("At the bank"),
    State.UNKNOWN: _("Unknown, being asked"),
    State.SETTLED: _("Paid"),
    State.FAILED: _("Refused by the bank"),
    State.RETURNED: _("Returned by the bank"),
}
STATES = [(state.value, name) for state, name in STATE_NAMES.items()]
DATED = [State.SETTLED.value, State.RETURNED.value]
STATE_TONES = {State.SETTLED: "ok", State.UNKNOWN: "warn", State.FAILED: "stop", State.RETURNED: "stop"}


class OrderQuerySet(models.QuerySet["Order"]):
    def waiting_for_a_person(self) -> OrderQuerySet:
        """Unknown for good: nothing asks the bank any more."""
        return self.filter(state=State.UNKNOWN, next_try_at=None)


class Order(models.Model):
    """One payment to make, once.  The row is the truth, a task only a hint; the database holds the legal steps."""

    key = models.UUIDField(unique=True)
    business_key = models.CharField(max_length=200)
    purpose = models.CharField(max_length=20, choices=Purpose)
    source_label = models.CharField(max_length=60)
    source_id = models.BigIntegerField()
    payee_account = models.ForeignKey(PayeeAccount, models.PROTECT, related_name="orders")
    amount_fen = MoneyField()
    owed_account = models.CharField(max_length=120)
    requested_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=STATES, default=State.REQUESTED.value)
    state_at = models.DateTimeField(help_text="when the order entered its state")
    attempt = models.IntegerField(default=0)
    first_sent_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    inquiries = models.IntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    gateway_reference = models.CharField(max_length=80, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    settled_date = models.DateField(null=True, help_text="the bank's date")
    returned_date = models.DateField(null=True, help_text="the bank's date")

    objects = OrderQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["source_label", "source_id"]),
            models.Index(name="order_open", fields=["state", "id"], condition=~models.Q(state=State.SETTLED.value)),
        ]
        constraints = [
            models.CheckConstraint(name="order_amount_positive", condition=models.Q(amount_fen__gt=0)),
            models.CheckConstraint(
                name="order_lease_while_sending",
                condition=models.Q(state=State.SUBMITTING.value, lease_until__isnull=False)
                | (~models.Q(state=State.SUBMITTING.value) & models.Q(lease_until=None)),
            ),
            models.CheckConstraint(
                name="order_settled_has_date",
                condition=models.Q(state__in=DATED, settled_date__isnull=False)
                | (~models.Q(state__in=DATED) & models.Q(settled_date=None)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.business_key} {self.state}"

    def get_absolute_url(self) -> str:
        return reverse("payments:order", args=[self.pk])

    @property
    def is_settled(self) -> bool:
        return self.state == State.SETTLED

    @property
    def tone(self) -> str:
        return STATE_TONES.get(State(self.state), "wait")


class OrderEvent(models.Model):
    """A step of an order, written by the database itself with each change of state."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="events")
    at = models.DateTimeField()
    before = models.CharField(max_length=12, blank=True)
    after = models.CharField(max_length=12, choices=STATES)
    attempt = models.IntegerField()
    reason = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.before} -> {self.after}"

    @property
    def tone(self) -> str:
        return STATE_TONES.get(State(self.after), "wait")


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
    def pay_url(self) -> str:
        """Where the payer goes; from there on to the bank's payment page."""
        return reverse("payments:pay", args=[self.token])

    @property
    def is_paid(self) -> bool:
        return self.state == CheckoutState.PAID


class LineState(models.TextChoices):
    MATCHED = "matched", _("Matched")
    WAITING = "waiting", _("Waiting for an earlier line")
    QUARANTINE = "quarantine", _("To be explained")


KIND_NAMES = {
    LineKind.PAID: _("Paid out"),
    LineKind.REJECTED: _("Refused"),
    LineKind.RETURNED: _("Came back"),
    LineKind.RECEIVED: _("Paid in"),
}


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
