"""Points: what was done for them day by day, and what they took off the price of a later year."""

from __future__ import annotations

from django.db import models
from django.db.models import Q, Sum

from apps.accounts.models import User
from apps.core.fields import MoneyField
from apps.enrolments.models.covers import Cover


class PointsQuerySet(models.QuerySet["TaskDone | PointsUse"]):
    """Rows of either kind: what was earned or what was used."""

    def of(self, person_id: int, plan_code: str) -> PointsQuerySet:
        """Under all years of a person in a plan; a cancelled one is as if it had never been."""
        mine = self.filter(cover__person=person_id, cover__plan_code=plan_code)
        return mine.exclude(cover__state=Cover.State.CANCELLED)

    def total(self) -> int:
        """The points of all these rows."""
        total: int = self.aggregate(total=Sum("points", default=0))["total"]
        return total


class TaskDone(models.Model):
    """A daily task of the plan's terms done on a day of a cover, with the points it gave then; never changed."""

    cover = models.ForeignKey(Cover, models.PROTECT, related_name="tasks_done")
    task = models.SlugField(max_length=60, db_index=False, help_text="code in the cover's terms")
    day = models.DateField()
    points = models.PositiveIntegerField()
    actor = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = PointsQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="task_done_once_a_day", fields=["cover", "day", "task"]),
            models.CheckConstraint(name="task_gives_points", condition=Q(points__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.task} on {self.day}"


class PointsUse(models.Model):
    """The points that lowered the price of a cover, once; never changed.  Cancelled, the cover gives them back."""

    cover = models.OneToOneField(Cover, models.PROTECT, related_name="points_use")
    points = models.PositiveIntegerField()
    fen = MoneyField(help_text="what they took off")

    objects = PointsQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="points_used_take_something_off", condition=Q(points__gt=0, fen__gt=0))
        ]

    def __str__(self) -> str:
        return f"{self.points} points for cover {self.cover_id}"
