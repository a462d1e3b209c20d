"""Closed months and quarters, what each contribution earned in them, and what other terms would have paid.

A closed period, a decided re-opening and an answered what-if never change (migrations 0002 to 0008).
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.actuary.rules.calendar import Span
from apps.actuary.rules.effects import Effect
from apps.actuary.rules.result import Result, result_from
from apps.actuary.rules.steps import ORDER, Step, steps_done
from apps.actuary.rules.telling import told_from
from apps.core.display import month_text, quarter_text
from apps.core.fields import MoneyField
from apps.core.periods import Period
from apps.fund.models import SecondLook

STEP_NAMES = {
    Step.GATHER: _("Gather the figures"),
    Step.EARN: _("Book the contributions earned"),
    Step.COST: _("Book the fixed operating cost"),
    Step.OPEN_FUND: _("Set aside the open fund"),
    Step.RESERVES: _("Book claims and reserves"),
    Step.SURPLUS: _("Move what remains to the surplus"),
    Step.ALLOWANCES: _("Share out the members' allowances"),
    Step.LOCK: _("Close the books and lock the figures"),
}


class CloseQuerySet(models.QuerySet["PeriodClose"]):
    def in_force(self) -> CloseQuerySet:
        """Without those opened again: another version takes their place."""
        return self.exclude(reopenings__state=Reopening.State.AGREED)

    def locked(self) -> CloseQuerySet:
        """Closed and still so."""
        return self.in_force().filter(state=PeriodClose.State.CLOSED)

    def quarters(self) -> CloseQuerySet:
        return self.filter(span=Span.QUARTER)


class PeriodClose(models.Model):
    """One month or quarter being closed, or closed; ``step`` is the last step done, ``end`` the day after.

    A month counts its quarter up to its own end.  One that was opened again stays, and is closed anew as a version.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("Being closed")
        CLOSED = "closed", _("Closed")

    SPANS = [(Span.MONTH.value, _("Month")), (Span.QUARTER.value, _("Quarter"))]

    span = models.CharField(max_length=7, choices=SPANS, default=Span.QUARTER.value)
    start = models.DateField()
    end = models.DateField()
    version = models.PositiveSmallIntegerField(default=1)
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

    objects = CloseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_version_of_a_close", fields=["start", "span", "version"]),
            models.UniqueConstraint(name="one_running_close", fields=["state"], condition=Q(state="running")),
            models.CheckConstraint(name="close_ends_after_it_starts", condition=Q(end__gt=F("start"))),
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
        """The month or quarter in the reader's language; a later version says so."""
        name = quarter_text(self.start) if self.is_quarter else month_text(self.start)
        if self.version == 1:
            return name
        return gettext("%(period)s, version %(number)d") % {"period": name, "number": self.version}

    @property
    def period(self) -> Period:
        return Period(self.start, self.end)

    @property
    def counted(self) -> Period:
        """What the figures count: from the first day of the quarter."""
        return Period(Period.quarter_of(self.start).start, self.end)

    @property
    def is_closed(self) -> bool:
        return self.state == self.State.CLOSED

    @property
    def is_quarter(self) -> bool:
        return self.span == Span.QUARTER

    @property
    def is_opened_again(self) -> bool:
        """By the re-openings fetched with it (``selectors.closes``)."""
        return any(one.state == Reopening.State.AGREED for one in self.reopenings.all())

    @property
    def ends_a_year(self) -> bool:
        return self.is_quarter and self.end.month == 1

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


class Reopening(SecondLook):
    """A closed period opened again: why, who asked, who agreed.  The close itself stays as it was locked."""

    close = models.ForeignKey(PeriodClose, models.PROTECT, related_name="reopenings")

    class Meta(SecondLook.Meta):
        constraints = [
            *SecondLook.Meta.constraints,
            models.UniqueConstraint(
                name="close_opened_again_once", fields=["close"], condition=Q(state__in=["asked", "agreed"])
            ),
        ]

    def __str__(self) -> str:
        return f"reopening of close {self.close_id}: {self.state}"


class EarnedShare(models.Model):
    """What one contribution earned by days of cover, as counted in one close; below zero where it was given back."""

    close = models.ForeignKey(PeriodClose, models.PROTECT, related_name="shares")
    contribution = models.ForeignKey("enrolments.Contribution", models.PROTECT, related_name="+")
    earned_fen = MoneyField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="contribution_earned_once_a_close", fields=["close", "contribution"]),
            models.CheckConstraint(name="earned_share_not_zero", condition=~Q(earned_fen=0)),
        ]

    def __str__(self) -> str:
        return f"{self.earned_fen} of contribution {self.contribution_id}"


class Allowance(models.Model):
    """What one member gets of a plan's yearly surplus, as shared out in the close of its last quarter.

    ``told``: what the family knows of it, so that each piece of news is told once.
    """

    class Told(models.TextChoices):
        NOTHING = "", _("Nothing yet")
        OWED = "owed", _("That it is owed")
        SETTLED = "settled", _("That it is paid")
        FAILED = "failed", _("That the bank refused it")
        RETURNED = "returned", _("That the bank sent it back")

    close = models.ForeignKey(PeriodClose, models.PROTECT, related_name="allowances")
    plan_code = models.SlugField(max_length=60)
    person = models.ForeignKey("members.Person", models.PROTECT, related_name="+")
    days = models.PositiveSmallIntegerField(help_text="covered in the year: the weight of the share")
    amount_fen = MoneyField()
    order = models.OneToOneField("payments.Order", models.PROTECT, null=True, related_name="+")
    told = models.CharField(max_length=8, choices=Told, default=Told.NOTHING, blank=True)

    class Meta:
        indexes = [
            models.Index(name="allowance_unpaid", fields=["id"], condition=Q(order=None)),
            models.Index(name="allowance_to_tell", fields=["id"], condition=~Q(told="settled")),
        ]
        constraints = [
            models.UniqueConstraint(name="allowance_once_a_close", fields=["close", "plan_code", "person"]),
            models.CheckConstraint(name="allowance_above_zero", condition=Q(amount_fen__gt=0, days__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.amount_fen} of {self.plan_code} for person {self.person_id}"


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
        """What may be told of the answer."""
        return told_from(self.result["effect"]) if self.result else None
