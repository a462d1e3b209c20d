"""The double-entry ledger: accounts, entries, lines, the closed days, the hash chain; corrections seen by two persons.

Entries are written by the SQL function ``fund_post`` only and never change (migrations 0002 to 0004).
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.core.fields import MoneyField
from apps.fund.rules.chart import rule_of
from apps.fund.rules.postings import KIND_NAMES


class Account(models.Model):
    """An account; its balance is positive on its normal side and kept by the database."""

    code = models.CharField(max_length=120, unique=True)
    normal = models.SmallIntegerField(help_text="1: debit, -1: credit")
    no_overdraft = models.BooleanField()
    balance_fen = MoneyField(default=0)
    kept_for = ""
    """Its plan or line in the reader's words; only where ``words.name_accounts`` said it."""

    class Meta:
        constraints = [
            models.CheckConstraint(name="fund_account_normal", condition=models.Q(normal__in=[1, -1])),
            models.CheckConstraint(
                name="fund_account_no_overdraft",
                condition=models.Q(no_overdraft=False) | models.Q(balance_fen__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def suffix(self) -> str:
        """The code of the plan or line, where it is kept for each."""
        return self.code.partition(":")[2]

    @property
    def name(self) -> str:
        """The account in the reader's language, with plan or line where it is kept for each."""
        name = gettext(rule_of(self.code).name)
        return f"{name} · {self.kept_for or self.suffix}" if self.suffix else name


class Entry(models.Model):
    """One event in the books.  ``xact`` is the transaction that wrote it: lines join only within it."""

    key = models.CharField(max_length=200, unique=True)
    input_hash = models.CharField(max_length=64)
    kind = models.CharField(max_length=40)
    effective_date = models.DateField(db_index=True)
    recorded_at = models.DateTimeField()
    source_label = models.CharField(max_length=60)
    source_id = models.BigIntegerField()
    memo = models.CharField(max_length=200, blank=True)
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversed_by")
    xact = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["source_label", "source_id"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.effective_date} {self.key}"

    @property
    def source(self) -> tuple[str, int]:
        """The row it comes from: label and id."""
        return self.source_label, self.source_id

    @property
    def kind_name(self) -> str:
        """The kind in the reader's language; kinds without a name as they are."""
        kind = self.kind.removesuffix("-reversed")
        name = gettext(KIND_NAMES[kind]) if kind in KIND_NAMES else kind
        return name if kind == self.kind else gettext("%(entry)s, taken back") % {"entry": name}


class Line(models.Model):
    """One side of an entry: debit positive, credit negative, never zero."""

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="lines")
    account = models.ForeignKey(Account, models.PROTECT, related_name="lines")
    amount_fen = MoneyField()

    class Meta:
        constraints = [models.CheckConstraint(name="fund_line_not_zero", condition=~models.Q(amount_fen=0))]

    def __str__(self) -> str:
        return f"{self.amount_fen} on account {self.account_id}"

    @property
    def debit_fen(self) -> int | None:
        return self.amount_fen if self.amount_fen > 0 else None

    @property
    def credit_fen(self) -> int | None:
        return -self.amount_fen if self.amount_fen < 0 else None


class Closing(models.Model):
    """Up to and including which day the books are closed; the newest row counts.

    A row that goes back to an earlier day re-opens the days between: with a reason, asked and agreed by two persons.
    """

    through = models.DateField()
    closed_at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    agreed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="fund_closing_reopened_by_two",
                condition=Q(reason="", asked_by=None, agreed_by=None)
                | ~Q(reason="") & Q(asked_by__isnull=False, agreed_by__isnull=False) & ~Q(asked_by=F("agreed_by")),
            )
        ]

    def __str__(self) -> str:
        return f"closed through {self.through}"


class ChainLink(models.Model):
    """The hash of an entry with the hash before it, so that tampering shows; written after the fact."""

    entry = models.OneToOneField(Entry, models.PROTECT, related_name="link")
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.entry_id}: {self.hash[:12]}"


class SecondLook(models.Model):
    """Something one person asks for with a reason, and another one agrees to or refuses; decided once."""

    class State(models.TextChoices):
        ASKED = "asked", _("Waits for a second person")
        AGREED = "agreed", _("Agreed")
        REFUSED = "refused", _("Refused")

    reason = models.CharField(max_length=200)
    state = models.CharField(max_length=8, choices=State, default=State.ASKED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    key = models.UUIDField(unique=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_by_two",
                condition=Q(state="asked", decided_by=None, decided_at=None)
                | Q(state="refused", decided_by__isnull=False, decided_at__isnull=False)
                | Q(state="agreed", decided_by__isnull=False, decided_at__isnull=False) & ~Q(decided_by=F("asked_by")),
            ),
            models.CheckConstraint(name="%(app_label)s_%(class)s_has_reason", condition=~Q(reason="")),
        ]

    @property
    def is_open(self) -> bool:
        return self.state == self.State.ASKED

    @property
    def tone(self) -> str:
        return {self.State.AGREED: "ok", self.State.REFUSED: "stop"}.get(self.State(self.state), "wait")


class Correction(SecondLook):
    """An entry booked wrongly, and the reversing entry that takes it back once a second person has agreed."""

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="corrections")
    mirror = models.OneToOneField(Entry, models.PROTECT, null=True, related_name="correction")

    class Meta(SecondLook.Meta):
        constraints = [
            *SecondLook.Meta.constraints,
            models.UniqueConstraint(
                name="fund_correction_once", fields=["entry"], condition=Q(state__in=["asked", "agreed"])
            ),
            models.CheckConstraint(
                name="fund_correction_agreed_means_booked",
                condition=Q(state="agreed", mirror__isnull=False) | ~Q(state="agreed") & Q(mirror=None),
            ),
        ]

    def __str__(self) -> str:
        return f"correction of entry {self.entry_id}: {self.state}"


class Freeze(models.Model):
    """Why no payment may leave, and since when; a person lifts it when the gap is explained.

    A restore writes one: what the bank did after the backup is known to the bank's statement alone.
    """

    class State(models.TextChoices):
        FROZEN = "frozen", _("Frozen")
        LIFTED = "lifted", _("Lifted")

    reason = models.CharField(max_length=200)
    began_at = models.DateTimeField()
    gap_from = models.DateTimeField(help_text="from this moment on the books may lack what the bank did")
    state = models.CharField(max_length=6, choices=State, default=State.FROZEN)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="fund_one_freeze", fields=["state"], condition=Q(state="frozen")),
            models.CheckConstraint(
                name="fund_freeze_lifted_by_somebody",
                condition=Q(state="frozen", lifted_by=None, lifted_at=None)
                | Q(state="lifted", lifted_by__isnull=False, lifted_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} since {self.began_at}"
