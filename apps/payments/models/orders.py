"""Money out: orders to the bank, their steps, and files of them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.core.fields import MoneyField
from apps.payments.models.payees import PayeeAccount
from apps.payments.rules.states import State


class Purpose(models.TextChoices):
    CLAIM = "claim", _("Claim")
    REFUND = "refund", _("Refund of a contribution")
    APPROPRIATION = "appropriation", _("Granted by the council")
    REWARD = "reward", _("Reward")
    ALLOWANCE = "allowance", _("Allowance")


STATE_NAMES = {
    State.HELD: _("Waits for a release"),
    State.REQUESTED: _("To be sent"),
    State.SUBMITTING: _("Being sent"),
    State.SUBMITTED: _("At the bank"),
    State.UNKNOWN: _("Unknown, being asked"),
    State.SETTLED: _("Paid"),
    State.FAILED: _("Refused by the bank"),
    State.RETURNED: _("Returned by the bank"),
}
STATES = [(state.value, name) for state, name in STATE_NAMES.items()]
UNPAID = [State.FAILED.value, State.RETURNED.value]
DATED = [State.SETTLED.value, State.RETURNED.value]
STATE_TONES = {
    State.SETTLED: "ok",
    State.UNKNOWN: "warn",
    State.HELD: "warn",
    State.FAILED: "stop",
    State.RETURNED: "stop",
}


class OrderQuerySet(models.QuerySet["Order"]):
    def waiting_for_a_person(self) -> OrderQuerySet:
        """Unknown for good: nothing asks the bank any more."""
        return self.filter(state=State.UNKNOWN, next_try_at=None)


class Batch(models.Model):
    """A file of orders for the bank, when the line to it is down; made once, the same bytes at each download."""

    key = models.UUIDField(unique=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    sha256 = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"batch {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("payments:batch", args=[self.pk])


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
    caused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", help_text="whose decision is paid"
    )
    rest_of = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        related_name="rests",
        help_text="the payment of which the bank paid too little",
    )
    needs_release = models.BooleanField(default=False, editable=False, help_text="set by the database")
    state = models.CharField(max_length=12, choices=STATES, default=State.REQUESTED.value)
    state_at = models.DateTimeField(help_text="when the order entered its state")
    attempt = models.IntegerField(default=0)
    first_sent_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    inquiries = models.IntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    held_until = models.DateField(null=True, help_text="the day a held order is tried again without a release")
    release = models.OneToOneField(
        "payments.Proposal", models.PROTECT, null=True, related_name="+", help_text="by which two people let it go"
    )
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="orders")
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
            models.UniqueConstraint(name="order_one_rest", fields=["rest_of"], condition=~models.Q(state__in=UNPAID)),
            models.CheckConstraint(
                name="order_lease_while_sending",
                condition=models.Q(state=State.SUBMITTING.value, lease_until__isnull=False)
                | (~models.Q(state=State.SUBMITTING.value) & models.Q(lease_until=None)),
            ),
            models.CheckConstraint(
                name="order_held_is_not_released",
                condition=~models.Q(state=State.HELD.value) | models.Q(release=None),
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
    def title(self) -> str:
        """Its number and what kind of payment it is."""
        return f"{gettext('Payment %(number)s') % {'number': self.pk}} · {self.get_purpose_display()}"

    @property
    def source(self) -> tuple[str, int]:
        """The row it pays: label and id."""
        return self.source_label, self.source_id

    @property
    def is_settled(self) -> bool:
        return self.state == State.SETTLED

    @property
    def may_be_given_up(self) -> bool:
        """Whether people may say that the bank has not paid it: nothing is being sent or asked by itself."""
        waits = self.state == State.UNKNOWN and self.next_try_at is None
        return waits or (self.batch_id is not None and self.state in (State.SUBMITTING, State.SUBMITTED, State.UNKNOWN))

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
