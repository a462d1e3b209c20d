"""Answers to a questionnaire: typed and not yet sent, or sent off with the decision on them."""

from __future__ import annotations

import json
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core.fields import EncryptedTextField, MoneyField
from apps.enrolments.rules.schedule import Payer, Schedule
from apps.members.models import Person
from apps.plans.models import PlanVersion

SCHEDULE_NAMES = {
    Schedule.ONCE: _("All at once"),
    Schedule.QUARTERLY: _("Every quarter"),
    Schedule.MONTHLY: _("Every month"),
}
PAYER_NAMES = {
    Payer.SELF: _("Your family"),
    Payer.PERSONAL_ACCOUNT: _("Personal account of the insurance"),
    Payer.SPONSOR: _("Sponsor"),
    Payer.UNION: _("Union"),
    Payer.GOVERNMENT: _("Government"),
    Payer.LOTTERY_FUND: _("Welfare lottery fund"),
    Payer.DISABILITY_FUND: _("Disability fund"),
}
SCHEDULES = [(schedule.value, name) for schedule, name in SCHEDULE_NAMES.items()]
PAYERS = [(payer.value, name) for payer, name in PAYER_NAMES.items()]


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
    schedule = models.CharField(max_length=10, choices=SCHEDULES, default=Schedule.ONCE.value)
    payer = models.CharField(max_length=20, choices=PAYERS, default=Payer.SELF.value, help_text="chosen by the family")
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
