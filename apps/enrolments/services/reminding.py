"""Remind families of what is to be paid, three days before and once when it was missed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from apps.core.clock import business_day
from apps.enrolments.models import Contribution, ContributionQuerySet, Cover
from apps.enrolments.selectors import addressees
from apps.enrolments.services.batches import work_off
from apps.enrolments.services.locking import UNREAD
from apps.enrolments.services.recording import words
from apps.reminders.services import News, remind

REMIND_BEFORE = timedelta(days=3)


def remind_unpaid(*, now: datetime) -> int:
    """Remind of contributions that are due within three days, and of those in their days of grace, once each."""
    today = business_day(now)
    soon = Q(reminded_date=None, due_date__range=(today, today + REMIND_BEFORE))
    first = Q(cover__state=Cover.State.UNPAID, number=1) & soon
    next_one = Q(cover__state=Cover.State.ACTIVE, number__gt=1) & soon
    unreminded = Q(reminded_date=None) | Q(reminded_date__lte=F("due_date"))
    missed = Q(unreminded, cover__state=Cover.State.ACTIVE, due_date__lt=today, grace_until__gte=today)
    due = Contribution.objects.waited_for().of_family().filter(first | next_one | missed)
    return work_off(due, lambda ids: _remind(ids, due, now))


@transaction.atomic
def _remind(ids: Sequence[int], due: ContributionQuerySet, now: datetime) -> int:
    locked = due.filter(pk__in=ids).select_for_update(of=("self",), skip_locked=True)
    rows = locked.select_related("cover__person", "cover__plan_version", "cover__application", "cover__place")
    contributions = list(rows.defer(*UNREAD).order_by("pk"))
    today, readers = business_day(now), addressees(row.cover for row in contributions)
    told = [row for row in contributions if readers[row.cover_id]]
    remind(*(_news(row, readers[row.cover_id], is_missed=row.due_date < today) for row in told), now=now)
    Contribution.objects.filter(pk__in=[row.pk for row in contributions]).update(reminded_date=today)
    return len(contributions)


def _news(row: Contribution, readers: list[int], *, is_missed: bool) -> News:
    said = {
        **words(row.cover),
        "amount_fen": row.left_fen,
        "due_date": row.due_date,
        "grace_date": row.grace_until,
        "contribution_id": row.pk,
    }
    kind = "instalment-missed" if is_missed else "contribution-due" if row.number == 1 else "instalment-due"
    step = "missed" if is_missed else "due"
    return News(readers, kind, said, key=f"contribution:{row.pk}:{step}")
