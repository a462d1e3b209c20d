"""Closed quarters, what each contribution earned in them, and what other terms would have paid.

A closed quarter and an answered what-if never change (migrations 0002, 0003).
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.actuary.rules.effects import Effect, effect_from
from apps.actuary.rules.result import Result, result_from
from apps.actuary.rules.steps import ORDER, Step, steps_done
from apps.core.display import quarter_text
from apps.core.fields import MoneyField
from apps.core.periods import Period

STEP_NAMES = {
    Step.GATHER: _("Gather the figures"),
    Step.EARN: _("Book the contributions earned"),
    Step.COST: _("Book the fixed operating cost"),
    Step.OPEN_FUND: _("Set aside the open fund"),
    Step.RESERVES: _("Book claims and reserves"),
    Step.SURPLUS: _("Move what remains to the surplus"),
    Step.LOCK: _("Close the books and lock the figures"),
}


class PeriodClose(models.Model):
    """One quarter being closed, or closed; ``step`` is the last step done, ``quarter_end`` the day after."""

    class State(models.TextChoices):
        RUNNING = "running", _("Being closed")
        CLOSED = "closed", _("Closed")

    quarter_start = models.DateField(unique=True)
    quarter_end = models.DateField()
    state = models.CharField(max_length=8, choices=State, default=State.RUNNING)
    step = models.CharField(max_length=10, blank=True)
    terms_version = models.CharField(max_length=20)
    figures = models.JSONField(default=dict)
    surplus_fen = MoneyField(default=0)
    snapshot = models.TextField(blank=True)
    snapshot_hash = models.CharField(max_length=64, blank=True)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    locked_at = models.DateTimeField(null=True)
    key = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_running_close", fields=["state"], condition=Q(state="running")),
            models.CheckConstraint(
                name="quarter_ends_after_it_starts", condition=Q(quarter_end__gt=models.F("quarter_start"))
            ),
            models.CheckConstraint(
                name="closed_means_locked",
                condition=Q(state="running", locked_at=None, snapshot_hash="", surplus_fen=0)
                | Q(state="closed", locked_at__isnull=False, surplus_fen__gte=0) & ~Q(snapshot_hash=""),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The quarter in the reader's language."""
        return quarter_text(self.quarter_start)

    @property
    def quarter(self) -> Period:
        return Period(self.quarter_start, self.quarter_end)

    @property
    def is_closed(self) -> bool:
        return self.state == self.State.CLOSED

    @property
    def steps_done(self) -> int:
        return steps_done(self.step)

    @property
    def steps(self) -> list[tuple[str, bool]]:
        """Each step's name and whether it is done."""
        return [(str(STEP_NAMES[step]), place < self.steps_done) for place, step in enumerate(ORDER)]

    @property
    def result(self) -> Result | None:
        return result_from(self.figures) if self.figures else None


class EarnedShare(models.Model):
    """What one contribution earned by days of cover, as counted in one close."""

    close = models.ForeignKey(PeriodClose, models.PROTECT, related_name="shares")
    contribution = models.ForeignKey("enrolments.Contribution", models.PROTECT, related_name="+")
    earned_fen = MoneyField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="contribution_earned_once_a_close", fields=["close", "contribution"]),
            models.CheckConstraint(name="earned_share_above_zero", condition=Q(earned_fen__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.earned_fen} of contribution {self.contribution_id}"


class WhatIf(models.Model):
    """What other terms would have paid on the claims of a period: asked once, answered in the background, kept."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Being worked out")
        DONE = "done", _("Done")
        FAILED = "failed", _("Could not be worked out")

    title = models.CharField(max_length=120)
    plan_version = models.ForeignKey("plans.PlanVersion", models.PROTECT, related_name="+")
    since = models.DateField()
    until = models.DateField(help_text="the day after the period")
    changes = models.JSONField(default=dict, help_text="parameter: new value, as a plan file writes it")
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    steps_done = models.PositiveSmallIntegerField(default=0)
    beat_at = models.DateTimeField(help_text="when it last moved on")
    tries = models.PositiveSmallIntegerField(default=0)
    result = models.JSONField(default=dict)
    result_hash = models.CharField(max_length=64, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    key = models.UUIDField(unique=True)

    class Meta:
        indexes = [models.Index(name="what_if_open", fields=["beat_at"], condition=Q(state__in=["waiting", "running"]))]
        constraints = [
            models.CheckConstraint(name="what_if_period_in_order", condition=Q(until__gt=models.F("since"))),
            models.CheckConstraint(
                name="what_if_done_means_answered",
                condition=Q(state="done", answered_at__isnull=False) & ~Q(result_hash="")
                | ~Q(state="done") & Q(answered_at=None, result_hash=""),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def period(self) -> Period:
        return Period(self.since, self.until)

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.WAITING, self.State.RUNNING)

    @property
    def tone(self) -> str:
        return {self.State.DONE: "ok", self.State.FAILED: "stop"}.get(self.State(self.state), "wait")

    @property
    def effect(self) -> Effect | None:
        return effect_from(self.result["effect"]) if self.result else None
