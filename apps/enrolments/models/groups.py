"""Groups that pay for their members: what was agreed, the rosters handed in, the places given out, the invoices."""

from __future__ import annotations

from datetime import date

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core.fields import EncryptedTextField, MoneyField
from apps.directory.models import Organisation
from apps.enrolments.models.applying import PAYER_NAMES
from apps.enrolments.models.covers import Cover
from apps.enrolments.rules.schedule import Payer
from apps.members.models import Person
from apps.payments.models import Checkout

MOST_TRIES = 3
"""How often in a row the work on a roster may fail before it is said."""
GROUPS = (Payer.UNION, Payer.SPONSOR, Payer.GOVERNMENT)
"""Payers that are groups; the labels of ``Contribution.payer_label``."""


class Agreement(models.Model):
    """A group pays ``group_fen`` a year for each of its members in a plan, and the member the rest, if any."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="agreements")
    plan_code = models.SlugField(max_length=60)
    payer_label = models.CharField(max_length=20, choices=[(payer.value, PAYER_NAMES[payer]) for payer in GROUPS])
    group_fen = MoneyField()
    members_confirm = models.BooleanField(help_text="each member is asked first; otherwise simply covered")
    facts = models.JSONField(default=dict, help_text="what the group vouches for of each member, by fact name")
    since = models.DateField(help_text="the earliest first day of a cover")
    until = models.DateField(help_text="the last first day of a cover")
    concluded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    concluded_at = models.DateTimeField()
    key = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="agreement_pays_something", condition=Q(group_fen__gt=0)),
            models.CheckConstraint(name="agreement_ends_after_it_starts", condition=Q(until__gte=F("since"))),
            models.CheckConstraint(
                name="agreement_payer_known", condition=Q(payer_label__in=["union", "sponsor", "government"])
            ),
        ]

    def __str__(self) -> str:
        return f"agreement {self.pk}"

    def holds_on(self, day: date) -> bool:
        return self.since <= day <= self.until


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), fields=["state", "confirmed_by"], model_name="RosterEvent")
class Roster(models.Model):
    """One file of people under an agreement, on its way from upload to covers."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting to be checked")
        CHECKING = "checking", _("Being checked")
        CHECKED = "checked", _("To be confirmed")
        REFUSED = "refused", _("Cannot be read")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        CONFIRMED = "confirmed", _("Being enrolled")
        DONE = "done", _("Enrolled")

    LIVE = (State.WAITING, State.CHECKING, State.CHECKED, State.CONFIRMED, State.DONE)
    MOVING = (State.WAITING, State.CHECKING, State.CONFIRMED)

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="rosters")
    start = models.DateField(help_text="the first day of the covers")
    name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    stored_as = models.CharField(max_length=80, blank=True, help_text="empty once the rows are staged")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    refusal = models.JSONField(null=True, blank=True, help_text="why the file cannot be read: code, params")
    columns = models.JSONField(default=list, help_text="the columns that are read, by name")
    counts = models.JSONField(default=dict, help_text="rows by verdict")
    rows = models.PositiveIntegerField(default=0)
    group_fen = MoneyField(default=0)
    member_fen = MoneyField(default=0)
    permille = models.PositiveSmallIntegerField(default=0)
    enrolled = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    beat_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    key = models.UUIDField(unique=True)

    class Meta:
        indexes = [models.Index(fields=["state", "beat_at"])]
        constraints = [
            models.CheckConstraint(
                name="roster_confirmed_by_a_second_person",
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("uploaded_by")),
            ),
            models.CheckConstraint(
                name="roster_enrolled_only_when_confirmed",
                condition=~Q(state__in=["confirmed", "done"])
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="roster_refused_says_why", condition=~Q(state="refused") | Q(refusal__isnull=False)
            ),
            models.UniqueConstraint(
                name="one_roster_a_file",
                fields=["agreement", "start", "sha256"],
                condition=~Q(state__in=["refused", "withdrawn"]),
            ),
        ]

    def __str__(self) -> str:
        return f"roster {self.pk}"

    @property
    def is_stuck(self) -> bool:
        """Whether enrolling its people has failed again and again, with nobody enrolled in between."""
        return self.state == self.State.CONFIRMED and self.tries >= MOST_TRIES

    @property
    def state_name(self) -> str:
        return str(_("Held up") if self.is_stuck else self.State(self.state).label)

    @property
    def tone(self) -> str:
        if self.is_stuck:
            return "stop"
        return {"refused": "stop", "withdrawn": "", "done": "ok", "checked": "warn"}.get(self.state, "wait")

    @property
    def is_moving(self) -> bool:
        return self.state in self.MOVING

    @property
    def fine(self) -> int:
        """People who can be enrolled."""
        return int(self.counts.get("fine", 0))

    @property
    def faulty(self) -> int:
        """Rows that are left out, for whatever reason."""
        return self.rows - self.fine


class RosterBlock(models.Model):
    """Some rows of a roster as they were handed in, and what is wrong with them; gone after the enrolment."""

    roster = models.ForeignKey(Roster, models.CASCADE, related_name="blocks")
    number = models.PositiveIntegerField()
    sealed_rows = models.BinaryField(help_text="what ``staging.pack`` made of them")
    has_faults = models.BooleanField()
    is_enrolled = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(name="one_block_a_number", fields=["roster", "number"])]

    def __str__(self) -> str:
        return f"block {self.number} of roster {self.roster_id}"


class RosterRow(models.Model):
    """A person on a roster, known only by the blind index of the identity number; gone after the enrolment."""

    class Verdict(models.TextChoices):
        FINE = "fine", _("Can be enrolled")
        REPEATED = "repeated", _("On this roster twice")
        COVERED = "covered", _("Covered already")
        ELSEWHERE = "elsewhere", _("On another roster")

    pk = models.CompositePrimaryKey("roster_id", "number")
    roster = models.ForeignKey(  # a million checks of it would cost more than the rows
        Roster, models.CASCADE, related_name="people", db_index=False, db_constraint=False
    )
    number = models.PositiveIntegerField(help_text="of the row in the file")
    block = models.PositiveIntegerField()
    identity_index = models.BinaryField()
    mark = models.BigIntegerField(help_text="the first eight bytes of it, by which a million rows are compared fast")
    price_fen = MoneyField()
    verdict = models.CharField(max_length=10, choices=Verdict, default=Verdict.FINE)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="roster_verdict_known", condition=Q(verdict__in=["fine", "repeated", "covered", "elsewhere"])
            ),
        ]

    def __str__(self) -> str:
        return f"row {self.number} of roster {self.roster_id}"


class Invoice(models.Model):
    """What a group pays at once: every contribution it owed under an agreement when the invoice was made."""

    class State(models.TextChoices):
        DUE = "due", _("To be paid")
        PAID = "paid", _("Paid")
        VOID = "void", _("Replaced")

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="invoices")
    amount_fen = MoneyField()
    members = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.DUE)
    attempt = models.PositiveSmallIntegerField(default=1, help_text="which payment page is or was open for it")
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    paid_date = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="invoice_above_zero", condition=Q(amount_fen__gt=0, members__gt=0)),
            models.CheckConstraint(
                name="invoice_paid_has_a_day",
                condition=Q(state__in=["due", "void"], paid_date=None) | Q(state="paid", paid_date__isnull=False),
            ),
            models.UniqueConstraint(
                name="one_open_invoice_an_agreement", fields=["agreement"], condition=Q(state="due")
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """As printed: year and serial."""
        return f"I{self.made_at.year}-{self.pk:06d}"


class InvoicePayment(models.Model):
    """Money that arrived for an invoice; the same payment is taken in once."""

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="payments")
    checkout = models.OneToOneField(Checkout, models.PROTECT, related_name="+")
    amount_fen = MoneyField()
    excess_fen = MoneyField(default=0, help_text="nothing was due for it any more: it goes back")
    received_date = models.DateField()
    booked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="invoice_payment_amounts",
                condition=Q(amount_fen__gt=0, excess_fen__gte=0, excess_fen__lte=F("amount_fen")),
            ),
        ]

    def __str__(self) -> str:
        return f"payment of {self.invoice_id}"


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), exclude=["facts_json"])
class Place(models.Model):
    """A place under an agreement for one person: offered and answered, or simply taken."""

    class State(models.TextChoices):
        OFFERED = "offered", _("Offered")
        TAKEN = "taken", _("Taken")
        REFUSED = "refused", _("Refused")
        LAPSED = "lapsed", _("Not answered in time")

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="places")
    roster = models.ForeignKey(Roster, models.PROTECT, related_name="places")
    person = models.ForeignKey(Person, models.PROTECT, related_name="places")
    start = models.DateField()
    end = models.DateField(help_text="the first day without cover")
    facts_json = EncryptedTextField(help_text="what the roster says, by fact name")
    price_fen = MoneyField()
    group_fen = MoneyField()
    member_fen = MoneyField()
    state = models.CharField(max_length=10, choices=State)
    answer_by = models.DateField()
    cover = models.OneToOneField(Cover, models.PROTECT, null=True, blank=True, related_name="place")
    invoice = models.ForeignKey(Invoice, models.PROTECT, null=True, blank=True, related_name="places")
    offered_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["agreement", "state"]), models.Index(fields=["state", "answer_by"])]
        constraints = [
            models.UniqueConstraint(
                name="one_open_offer_a_person_and_start",
                fields=["agreement", "person", "start"],
                condition=Q(state="offered"),
            ),
            models.CheckConstraint(
                name="place_taken_has_a_cover",
                condition=Q(state="taken", cover__isnull=False) | (~Q(state="taken") & Q(cover=None)),
            ),
            models.CheckConstraint(name="place_amounts", condition=Q(group_fen__gt=0, member_fen__gte=0)),
            models.CheckConstraint(name="place_ends_after_it_starts", condition=Q(end__gt=F("start"))),
        ]

    def __str__(self) -> str:
        return f"place {self.pk}"
