"""Applications with the answers given, covers with their days, contributions and what was received for them."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core.fields import EncryptedTextField, MoneyField
from apps.members.models import Person
from apps.payments.models import Checkout
from apps.plans.models import PlanVersion


class Draft(models.Model):
    """Answers typed and not yet sent off; outlives the session."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    actor = models.ForeignKey(User, models.CASCADE, related_name="+")
    plan_code = models.SlugField(max_length=60)
    typed = EncryptedTextField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_draft_a_questionnaire", fields=["person", "actor", "plan_code"])
        ]

    def __str__(self) -> str:
        return f"{self.plan_code} for {self.person_id}"


class Application(models.Model):
    """One questionnaire as answered, and the decision on it; never changed."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="applications")
    plan_version = models.ForeignKey(PlanVersion, models.PROTECT, related_name="+")
    policy_start = models.DateField(help_text="the first day asked for")
    answers_json = EncryptedTextField()
    facts_json = EncryptedTextField()
    accepted = models.BooleanField()
    reasons = models.JSONField(default=list, help_text="why it was declined: code, the plan's sentence, clause")
    price_fen = MoneyField()
    actor = models.ForeignKey(User, models.PROTECT, related_name="+")
    key = models.UUIDField(unique=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "at"])]
        constraints = [
            models.CheckConstraint(
                name="declined_says_why", condition=Q(accepted=True, reasons=[]) | (Q(accepted=False) & ~Q(reasons=[]))
            ),
            models.CheckConstraint(name="application_price_not_negative", condition=Q(price_fen__gte=0)),
        ]

    def __str__(self) -> str:
        return f"application {self.pk}"

    @property
    def answers(self) -> dict[str, Any]:
        return dict(json.loads(self.answers_json))

    @property
    def facts(self) -> dict[str, Any]:
        """What the answers say, by the fact names of the plans' terms."""
        return dict(json.loads(self.facts_json))


class CoverQuerySet(models.QuerySet["Cover"]):
    def standing(self) -> CoverQuerySet:
        """Not cancelled: waiting for payment, running or run out."""
        return self.exclude(state=Cover.State.CANCELLED)

    def paid(self) -> CoverQuerySet:
        """Covers that count or counted for claims."""
        return self.filter(state__in=[Cover.State.ACTIVE, Cover.State.ENDED])

    def on(self, day: date) -> CoverQuerySet:
        return self.filter(start__lte=day, end__gt=day)


def _point(*source: Any) -> Func:
    """A range of one number: the embedded server has no btree_gist, and ranges overlap only when equal."""
    number = source[0] if len(source) == 1 else Func(*source, function="hashtextextended")
    return Func(number, number, Value("[]"), function="int8range")


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old))
class Cover(models.Model):
    """One person in one plan for a year: ``start`` up to but not including ``end``."""

    class State(models.TextChoices):
        UNPAID = "unpaid", _("Waiting for payment")
        ACTIVE = "active", _("Active")
        ENDED = "ended", _("Ended")
        CANCELLED = "cancelled", _("Cancelled")

    person = models.ForeignKey(Person, models.PROTECT, related_name="covers")
    plan_version = models.ForeignKey(PlanVersion, models.PROTECT, related_name="covers")
    plan_code = models.SlugField(max_length=60)
    application = models.OneToOneField(Application, models.PROTECT, related_name="cover")
    start = models.DateField()
    end = models.DateField(help_text="the first day without cover")
    state = models.CharField(max_length=10, choices=State, default=State.UNPAID)
    renewed_years = models.PositiveSmallIntegerField(default=0)
    price_fen = MoneyField()

    objects = CoverQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["state", "start"])]
        constraints = [
            models.CheckConstraint(name="cover_ends_after_it_starts", condition=Q(end__gt=F("start"))),
            models.CheckConstraint(name="cover_price_not_negative", condition=Q(price_fen__gte=0)),
            ExclusionConstraint(
                name="one_cover_a_person_and_plan",
                expressions=[
                    (_point(F("person")), RangeOperators.OVERLAPS),
                    (_point(F("plan_code"), Value(0)), RangeOperators.OVERLAPS),
                    (Func(F("start"), F("end"), Value("[)"), function="daterange"), RangeOperators.OVERLAPS),
                ],
                condition=~Q(state="cancelled"),
            ),
        ]

    def __str__(self) -> str:
        return f"cover {self.pk}"

    @property
    def last_day(self) -> date:
        """The last day covered, as printed on paper."""
        return self.end - timedelta(days=1)


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old))
class Contribution(models.Model):
    """What one payer owes for a cover."""

    class State(models.TextChoices):
        DUE = "due", _("To be paid")
        PAID = "paid", _("Paid")
        REFUNDED = "refunded", _("Paid back")

    cover = models.ForeignKey(Cover, models.PROTECT, related_name="contributions")
    payer_label = models.CharField(max_length=20, default="self")
    amount_fen = MoneyField()
    due_date = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.DUE)
    paid_date = models.DateField(null=True, blank=True)
    attempt = models.PositiveSmallIntegerField(default=1, help_text="which payment page is or was open for it")
    key = models.CharField(max_length=80, unique=True)

    class Meta:
        indexes = [models.Index(fields=["state", "due_date"])]
        constraints = [
            models.CheckConstraint(name="contribution_above_zero", condition=Q(amount_fen__gt=0)),
            models.CheckConstraint(
                name="contribution_paid_has_a_day",
                condition=Q(state="due", paid_date=None) | (~Q(state="due") & Q(paid_date__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"contribution {self.pk}"


class Receipt(models.Model):
    """Money that arrived for a contribution, once for each payment page it arrived through."""

    class Use(models.TextChoices):
        CONTRIBUTION = "contribution", _("Contribution")
        EXCESS = "excess", _("Paid twice, goes back")

    contribution = models.ForeignKey(Contribution, models.PROTECT, related_name="receipts")
    checkout = models.OneToOneField(Checkout, models.PROTECT, null=True, blank=True, related_name="+")
    amount_fen = MoneyField()
    received_date = models.DateField()
    use = models.CharField(max_length=12, choices=Use)
    booked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="receipt_above_zero", condition=Q(amount_fen__gt=0)),
            models.UniqueConstraint(
                name="contribution_received_once", fields=["contribution"], condition=Q(use="contribution")
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """As printed: year and serial."""
        return f"R{self.received_date.year}-{self.pk:06d}"
