"""Write down work to be done, and close it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from apps.accounts.models import User
from apps.care.errors import TaskIsClosed
from apps.care.models import Task
from apps.care.permissions import check_is_assigned
from apps.care.rules.schedule import Window
from apps.core.errors import NotAllowed


def add_task(
    *,
    person_id: int,
    assignee_id: int,
    kind: str,
    window: Window,
    source: tuple[str, int],
    key: str,
    now: datetime,
    programme: str = "",
) -> Task:
    """Give a user something to do for a person; under a key that is known nothing is added or changed."""
    label, source_id = source
    task = Task(
        person_id=person_id,
        assignee_id=assignee_id,
        kind=kind,
        programme=programme,
        opens=window.opens,
        due=window.due,
        closes=window.closes,
        source_label=label,
        source_id=source_id,
        key=key,
        created_at=now,
    )
    Task.objects.bulk_create([task], update_conflicts=True, unique_fields=["key"], update_fields=["key"])
    return task


@transaction.atomic
def finish_task(*, task_id: int, actor: User, now: datetime) -> Task:
    """Tick off a call or a letter; doing it twice changes nothing.  Raises NotAllowed, NotYourPatient, TaskIsClosed."""
    task = Task.objects.select_for_update().filter(pk=task_id).first()
    if task is None:
        raise NotAllowed
    check_is_assigned(user=actor, task=task)
    if task.state == Task.State.DONE:
        return task
    if task.state != Task.State.OPEN or task.kind == Task.Kind.FOLLOW_UP:
        raise TaskIsClosed
    return close(task, actor_id=actor.pk, now=now)


def close(task: Task, *, actor_id: int | None, now: datetime, state: str = Task.State.DONE) -> Task:
    task.state, task.finished_at, task.finished_by_id = state, now, actor_id
    task.save(update_fields=["state", "finished_at", "finished_by"])
    return task


def finish_tasks_of(*, source: tuple[str, int], actor_id: int | None, now: datetime) -> int:
    """The thing the tasks waited for has happened."""
    label, source_id = source
    rows = Task.objects.open().filter(source_label=label, source_id=source_id)
    return rows.update(state=Task.State.DONE, finished_at=now, finished_by=actor_id)


def cancel_tasks(*, person_id: int, programme: str, now: datetime) -> int:
    """The plan behind a programme has ended: nobody is asked for its follow-ups any more."""
    rows = Task.objects.open().filter(person_id=person_id, programme=programme)
    return rows.update(state=Task.State.CANCELLED, finished_at=now)
