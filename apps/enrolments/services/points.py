"""Daily tasks: done, they give points, which lower the price of another year in the plan."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from apps.accounts.models import User
from apps.core.clock import business_day
from apps.core.errors import NotAllowed
from apps.enrolments.errors import NotCoveredToday
from apps.enrolments.models import Cover, PointsUse, TaskDone
from apps.enrolments.rules.points import Discount
from apps.enrolments.selectors import terms_of_cover
from apps.members.permissions import check_may_act


@transaction.atomic
def do_task(*, cover_id: int, task: str, actor: User, now: datetime) -> TaskDone:
    """Count a task of the plan for today; done today already, it changes nothing.

    Raises NotAllowed, also for a task the plan has not, and NotCoveredToday.
    """
    rows = Cover.objects.select_for_update(of=("self",)).select_related("person", "plan_version")
    cover = rows.filter(pk=cover_id).first()
    if cover is None:
        raise NotAllowed
    check_may_act(user=actor, person=cover.person, now=now)
    points = terms_of_cover(cover).points
    found = points.task(task) if points else None
    if found is None:
        raise NotAllowed
    today = business_day(now)
    if not Cover.objects.paid().on(today).filter(pk=cover_id).exists():
        raise NotCoveredToday
    known = {"points": found.points, "actor": actor, "at": now}
    return TaskDone.objects.get_or_create(cover=cover, task=found.code, day=today, defaults=known)[0]


def use_points(cover: Cover, taken: Discount) -> None:
    """Write down which points lowered the price of a new cover, in the transaction that locked its person."""
    if taken.points:
        PointsUse.objects.create(cover=cover, points=taken.points, fen=taken.fen)
