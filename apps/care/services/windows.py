"""Plan the next follow-up as a window, tell the family when it opens, and mend what the calendar changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time

from django.db import transaction
from django.db.models import Exists, OuterRef

from apps.care.models import DoctorContract, Task
from apps.care.programmes import programme
from apps.care.rules.schedule import Window
from apps.care.selectors.doctors import family_user_ids
from apps.care.selectors.plans import programmes_of
from apps.care.services.tasks import add_task, cancel_tasks
from apps.core.clock import FUND_ZONE, business_day
from apps.reminders.services import News, remind

MORNING = time(9)


def plan_follow_up(
    *, contract: DoctorContract, programme_code: str, window: Window, source: tuple[str, int], key: str, now: datetime
) -> Task:
    """A task for the doctor; ``window_news`` is what the family is told when its window opens."""
    return add_task(
        person_id=contract.person_id,
        assignee_id=contract.doctor.user_id,
        kind=Task.Kind.FOLLOW_UP,
        programme=programme_code,
        window=window,
        source=source,
        key=key,
        now=now,
    )


def window_news(task: Task, contract: DoctorContract, family: Sequence[int], *, now: datetime) -> News:
    """What the users of a family are told on the morning a window opens."""
    parameters = {
        "person": contract.person.name,
        "person_id": contract.person_id,
        "doctor": contract.doctor.user.name,
        "opens_date": task.opens,
        "due_date": task.due,
        "closes_date": task.closes,
    }
    opens_at = datetime.combine(task.opens, MORNING, tzinfo=FUND_ZONE)
    return News(family, "follow-up-window", parameters, key=f"care.task:{task.pk}:window", due_at=max(now, opens_at))


def plan_first_follow_ups(*, contract: DoctorContract, now: datetime) -> list[Task]:
    """The first window of each programme that has none open yet."""
    today = business_day(now)
    planned = set(
        Task.objects.open()
        .filter(person_id=contract.person_id, kind=Task.Kind.FOLLOW_UP)
        .values_list("programme", flat=True)
    )
    tasks = [
        plan_follow_up(
            contract=contract,
            programme_code=found.programme.code,
            window=found.programme.schedule.first.window(today),
            source=("care.doctorcontract", contract.pk),
            key=f"care.doctorcontract:{contract.pk}:{found.programme.code}:{today}",
            now=now,
        )
        for found in programmes_of(contract.person_id, today)
        if found.programme.code not in planned
    ]
    if tasks:
        family = family_user_ids(contract.person)
        remind(*(window_news(task, contract, family, now=now) for task in tasks), now=now)
    return tasks


def open_due_windows(*, now: datetime) -> int:
    """Plan a first follow-up where a cover began after the doctor was chosen, and drop those of ended covers."""
    today = business_day(now)
    planned = Task.objects.open().filter(person=OuterRef("person"), kind=Task.Kind.FOLLOW_UP)
    contracts = DoctorContract.objects.filter(until=None).select_related("person", "doctor__user")
    changed = 0
    for contract in contracts.filter(~Exists(planned)).order_by("pk"):
        with transaction.atomic():
            changed += len(plan_first_follow_ups(contract=contract, now=now))
    for task in Task.objects.open().filter(kind=Task.Kind.FOLLOW_UP, closes__lt=today).order_by("pk"):
        followed = {found.programme.code for found in programmes_of(task.person_id, today)}
        if programme(task.programme).code not in followed:
            changed += cancel_tasks(person_id=task.person_id, programme=task.programme, now=now)
    return changed
