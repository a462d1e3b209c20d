"""One person in one plan for a time."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q, Value
from django.utils.translation import gettext_lazy as _

from apps.core.fields import MoneyField
from apps.enrolments.models.applying import Application
from apps.enrolments.rules.standing import Standing
from apps.members.models import Person
from apps.plans.models import PlanVersion


class CoverQuerySet(models.QuerySet["Cover"]):
    def standing(self) -> CoverQuerySet:
        """Not cancelled: waiting for payment, running or run out."""
        return self.exclude(state=Cover.State.CANCELLED)

    def paid(self) -> CoverQuerySet:
        """Covers that count or counted for claims."""
        return self.filter(state__in=[Cover.State.ACTIVE, Cover.State.LAPSED, Cover.State.ENDED])

    def on(self, day: date) -> CoverQuerySet:
        """Covers that hold on a day: inside their year and not lapsed."""
        gaps = Lapse.objects.on(day).filter(cover=OuterRef("pk"))
        return self.filter(~Exists(gaps), start__lte=day, end__gt=day)


def _point(*source: Any) -> Func:
    """A range of one number: the embedded server has no btree_gist, and ranges overlap only when equal."""
    number = source[0] if len(source) == 1 else Func(*source, function="hashtextextended")
    return Func(number, number, Value("[]"), function="int8range")


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old))
class Cover(models.Model):
    """One person in one plan for a year: ``start`` up to but not including ``end``."""

    class State(models.TextChoices):
        UNPAID = Standing.UNPAID.value, _("Waiting for payment")
        ACTIVE = Standing.ACTIVE.value, _("Active")
        LAPSED = Standing.LAPSED.value, _("Lapsed")
        ENDED = Standing.ENDED.value, _("Ended")
        CANCELLED = Standing.CANCELLED.value, _("Cancelled")

    class Ending(models.TextChoices):
        """Why it is over before its year was."""

        LEFT = "left", _("Left")
        LAPSED = "lapsed", _("Lapsed")

    person = models.ForeignKey(Person, models.PROTECT, related_name="covers")
    plan_version = models.ForeignKey(PlanVersion, models.PROTECT, related_name="covers")
    plan_code = models.SlugField(max_length=60)
    application = models.OneToOneField(Application, models.PROTECT, related_name="cover")
    start = models.DateField()
    end = models.DateField(help_text="the first day without cover")
    state = models.CharField(max_length=10, choices=State, default=State.UNPAID)
    renewed_years = models.PositiveSmallIntegerField(default=0)
    price_fen = MoneyField()
    claimed_date = models.DateField(null=True, blank=True, help_text="of the first claim filed under it")
    ending = models.CharField(max_length=6, choices=Ending, blank=True)

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


class LapseQuerySet(models.QuerySet["Lapse"]):
    def on(self, day: date) -> LapseQuerySet:
        return self.filter(Q(end=None) | Q(end__gt=day), start__lte=day)


class Lapse(models.Model):
    """Days of a cover on which nothing is covered, because an instalment was missed; open until it is paid."""

    cover = models.ForeignKey(Cover, models.PROTECT, related_name="lapses")
    start = models.DateField(help_text="the first day without cover")
    end = models.DateField(null=True, help_text="the first day covered again")
    reinstate_until = models.DateField(help_text="the last day on which paying brings the cover back")
    lapsed_at = models.DateTimeField()
    reinstated_at = models.DateTimeField(null=True)

    objects = LapseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="lapse_ends_after_it_starts", condition=Q(end=None) | Q(end__gte=F("start"))),
            ExclusionConstraint(
                name="lapses_of_a_cover_do_not_overlap",
                expressions=[
                    (_point(F("cover")), RangeOperators.OVERLAPS),
                    (Func(F("start"), F("end"), Value("[)"), function="daterange"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"lapse of {self.cover_id} from {self.start}"
