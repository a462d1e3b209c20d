"""Bills as families file them, the claim each cover has on a bill, and the decisions, which are only ever added."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from apps.claims.rules.filing import EARLIER_PAYERS
from apps.claims.rules.states import Outcome, State
from apps.core.fields import EncryptedTextField, MoneyField
from apps.directory.models import Organisation
from apps.documents.models import Document
from apps.enrolments.models import Cover
from apps.members.models import Person
from apps.payments.models import Order, PayeeAccount
from apps.plans.rules import CATEGORIES, KINDS


class ClaimDraft(models.Model):
    """What was typed into the form so far, sent or not; outlives the session."""

    key = models.UUIDField(unique=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    data = EncryptedTextField()
    created_at = models.DateTimeField()
    touched_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["owner", "sent_at"])]

    def __str__(self) -> str:
        return str(self.key)


class Bill(models.Model):
    """One receipt, stay or event as filed.  Never changed, but for a diagnosis the family did not know."""

    number = models.CharField(max_length=16, unique=True)
    key = models.UUIDField(unique=True)
    sequence = models.BigIntegerField(unique=True, help_text="order of arrival")
    person = models.ForeignKey(Person, models.PROTECT, related_name="bills")
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    service_date = models.DateField()
    discharged = models.DateField(null=True)
    event = models.CharField(max_length=20, blank=True)
    severity = models.CharField(max_length=10, blank=True)
    grade = models.PositiveSmallIntegerField(null=True)
    diagnosis = models.CharField(max_length=10, blank=True, help_text="ICD-10; empty: not known yet")
    diagnosis_words = EncryptedTextField(blank=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    place = models.CharField(max_length=120)
    level = models.CharField(max_length=10)
    area = models.CharField(max_length=10)
    issuer = models.CharField(max_length=120)
    issuer_key = models.CharField(max_length=120)
    receipt_number = models.CharField(max_length=60)
    receipt_key = models.CharField(max_length=40)
    billed_fen = MoneyField()
    documents = models.ManyToManyField(Document, related_name="bills")
    payee_account = models.ForeignKey(PayeeAccount, models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["person", "service_date"]),
            models.Index(fields=["issuer_key", "billed_fen"], name="bills_alike"),
        ]
        constraints = [
            models.UniqueConstraint(name="receipt_once_an_issuer", fields=["issuer_key", "receipt_key"]),
            models.CheckConstraint(name="receipt_is_named", condition=~Q(issuer_key="") & ~Q(receipt_key="")),
            models.CheckConstraint(name="bill_kind_known", condition=Q(kind__in=KINDS)),
            models.CheckConstraint(
                name="only_a_stay_has_a_discharge",
                condition=Q(kind="inpatient", discharged__isnull=False, discharged__gte=F("service_date"))
                | (~Q(kind="inpatient") & Q(discharged=None)),
            ),
            models.CheckConstraint(name="only_an_event_is_named", condition=Q(kind="event") ^ Q(event="")),
            models.CheckConstraint(
                name="a_bill_has_an_amount",
                condition=Q(kind="event", billed_fen=0) | (~Q(kind="event") & Q(billed_fen__gt=0)),
            ),
            models.CheckConstraint(name="grade_in_range", condition=Q(grade=None) | Q(grade__range=(1, 10))),
        ]

    def __str__(self) -> str:
        return self.number


class BillLine(models.Model):
    """One item of a receipt."""

    bill = models.ForeignKey(Bill, models.CASCADE, related_name="lines")
    number = models.PositiveSmallIntegerField()
    category = models.CharField(max_length=12)
    description = models.CharField(max_length=120)
    code = models.CharField(max_length=20, blank=True, help_text="ATC for a medicine")
    catalogue = models.CharField(max_length=3)
    billed_fen = MoneyField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="bill_line_number_once", fields=["bill", "number"]),
            models.CheckConstraint(name="bill_line_above_zero", condition=Q(billed_fen__gt=0)),
            models.CheckConstraint(
                name="bill_line_words_known", condition=Q(category__in=CATEGORIES, catalogue__in=["in", "out"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.description}"


class EarlierPayer(models.Model):
    """What somebody else paid on the bill before the covers of this fund."""

    bill = models.ForeignKey(Bill, models.CASCADE, related_name="earlier_payers")
    payer = models.CharField(max_length=12)
    amount_fen = MoneyField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="payer_once_a_bill", fields=["bill", "payer"]),
            models.CheckConstraint(name="payer_paid_something", condition=Q(amount_fen__gt=0)),
            models.CheckConstraint(name="payer_known", condition=Q(payer__in=EARLIER_PAYERS)),
        ]

    def __str__(self) -> str:
        return self.payer


class Claim(models.Model):
    """What one cover is asked to pay of a bill."""

    bill = models.ForeignKey(Bill, models.PROTECT, related_name="claims")
    cover = models.ForeignKey(Cover, models.PROTECT, related_name="claims")
    plan_code = models.CharField(max_length=60)
    rank = models.PositiveSmallIntegerField(help_text="place among the covers of the bill, from 1")
    state = models.CharField(max_length=10, choices=[(state.value, state.value) for state in State])
    hold_reasons = models.JSONField(default=list, help_text="code and figures of each check that holds the claim")
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    paid_fen = MoneyField(default=0)
    submitted_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["submitted_at"], condition=Q(state="review"), name="claims_in_review"),
            models.Index(fields=["plan_code", "decided_at"]),
        ]
        constraints = [
            models.UniqueConstraint(name="one_claim_a_cover", fields=["bill", "cover"]),
            models.UniqueConstraint(name="claim_rank_once", fields=["bill", "rank"]),
            models.CheckConstraint(
                name="claim_state_and_amount_agree",
                condition=Q(state="review", paid_fen=0, decided_at=None)
                | Q(state="approved", paid_fen__gt=0, decided_at__isnull=False)
                | Q(state="declined", paid_fen=0, decided_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bill_id} on {self.cover_id}"


class CoverYear(models.Model):
    """Running totals of a cover: what its limits and deductibles have used up.  Its row lock orders the decisions."""

    cover = models.OneToOneField(Cover, models.PROTECT, related_name="claim_year")
    accumulators = models.JSONField(default=dict)
    decided_count = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"year of {self.cover_id}"


class Decision(models.Model):
    """What was decided, from which inputs, under which terms: enough to decide it again to the same fen."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="decisions")
    number = models.PositiveSmallIntegerField(default=1)
    cover = models.ForeignKey(Cover, models.PROTECT, related_name="+")
    sequence = models.PositiveIntegerField(help_text="order of decisions of the cover, from 1")
    outcome = models.CharField(max_length=10, choices=[(outcome.value, outcome.value) for outcome in Outcome])
    plan_hash = models.CharField(max_length=64)
    inputs = models.JSONField()
    left_fen = ArrayField(models.BigIntegerField(), help_text="what was open on each line when the cover was asked")
    accumulators_before = models.JSONField()
    answer = models.JSONField(help_text="what the engine said: amounts, refused lines, steps, totals after")
    accumulators_after = models.JSONField()
    paid_fen = MoneyField()
    reason = EncryptedTextField(blank=True, help_text="the officer's words to the family")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="decision_number_once", fields=["claim", "number"]),
            models.UniqueConstraint(name="decision_order_of_a_cover", fields=["cover", "sequence"]),
            models.CheckConstraint(name="decision_not_below_zero", condition=Q(paid_fen__gte=0)),
        ]

    def __str__(self) -> str:
        return f"decision {self.number} on claim {self.claim_id}"


class Payout(models.Model):
    """Money a decision owes the family; a failed payment is followed by another instalment, never overwritten."""

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="payouts")
    instalment = models.PositiveSmallIntegerField(default=1)
    payee_account = models.ForeignKey(PayeeAccount, models.PROTECT, related_name="+")
    amount_fen = MoneyField()
    order = models.OneToOneField(Order, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    told_state = models.CharField(max_length=10, blank=True, help_text="end of the payment the family was told of")
    is_stopped: bool
    """Whether two people declined to pay it; only where a selector asked."""

    class Meta:
        indexes = [
            models.Index(fields=["created_at"], condition=Q(order=None), name="payouts_to_open"),
            models.Index(fields=["order"], condition=Q(told_state=""), name="payouts_to_tell"),
        ]
        constraints = [
            models.UniqueConstraint(name="payout_once_an_instalment", fields=["decision", "instalment"]),
            models.CheckConstraint(name="payout_above_zero", condition=Q(amount_fen__gt=0)),
        ]

    def __str__(self) -> str:
        return f"payout {self.instalment} of decision {self.decision_id}"
