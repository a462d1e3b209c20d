"""A doctor's list of today: every open task with its reason, in the order of the rules."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch

from apps.care.models import FollowUp, Task
from apps.care.rules import today as rules
from apps.care.rules.assessment import Control, Zone
from apps.care.rules.schedule import Window
from apps.members.models import Guardianship, Person


@dataclass(frozen=True, slots=True)
class Row:
    """One line: the task, the person, why it is here, and whether a new household begins."""

    task: Task
    person: Person
    reasons: list[rules.Reason]
    guardian: str
    starts_household: bool
    has_company: bool


@dataclass(frozen=True, slots=True)
class Today:
    rows: list[Row]
    counts: dict[rules.Filter, int]


def tasks_of(user_id: int, day: date) -> list[Task]:
    """The user's open tasks whose window has opened, each with its person and guardians."""
    guardians = Guardianship.objects.open().select_related("guardian").order_by("pk")
    rows = Task.objects.on_the_list(day).filter(assignee_id=user_id)
    return list(rows.select_related("person").prefetch_related(Prefetch("person__guardianships", guardians)))


def _household(person: Person) -> tuple[str, str]:
    """The key and the name that keep a family together: the first guardian, else the person."""
    guardianships = list(person.guardianships.all())
    if not guardianships:
        return f"person-{person.pk}", person.name
    first = min(guardianships, key=lambda guardianship: guardianship.guardian_id)
    return f"guardian-{first.guardian_id}", first.guardian.name


def _last_visits(person_ids: Collection[int]) -> dict[int, FollowUp]:
    rows = FollowUp.objects.filter(person_id__in=person_ids).order_by("person_id", "-held_at", "-pk")
    return {visit.person_id: visit for visit in rows.distinct("person_id").defer("answers", "note")}


def _work(task: Task, last: FollowUp | None) -> rules.Work:
    return rules.Work(
        task_id=task.pk,
        person_id=task.person_id,
        household=_household(task.person)[0],
        kind=task.kind,
        window=Window(task.opens, task.due, task.closes),
        zone=Zone(last.zone) if last else Zone.UNKNOWN,
        control=Control(last.control) if last else Control.UNKNOWN,
    )


def today_list(tasks: list[Task], *, readable: Collection[int], chosen: rules.Filter, day: date) -> Today:
    """The tasks in order with their reasons; what was found last is shown only of ``readable`` people."""
    last = _last_visits(readable)
    works = [_work(task, last.get(task.person_id)) for task in tasks]
    counts = {each: sum(rules.belongs(work, each, day) for work in works) for each in rules.Filter}
    shown = rules.in_order([work for work in works if rules.belongs(work, chosen, day)])
    by_id = {task.pk: task for task in tasks}
    rows, before = [], ""
    sizes: dict[str, int] = {}
    for work in shown:
        sizes[work.household] = sizes.get(work.household, 0) + 1
    for work in shown:
        task = by_id[work.task_id]
        rows.append(
            Row(
                task=task,
                person=task.person,
                reasons=rules.reasons(work, day),
                guardian=_household(task.person)[1],
                starts_household=work.household != before,
                has_company=sizes[work.household] > 1,
            )
        )
        before = work.household
    return Today(rows, counts)


def next_follow_up(user_id: int, day: date, *, after: int) -> Task | None:
    """The follow-up that comes next on the list once the one in hand is done; shows nothing, so logs no reading."""
    tasks = [task for task in tasks_of(user_id, day) if task.kind == Task.Kind.FOLLOW_UP and task.pk != after]
    people = {task.person_id for task in tasks}
    listed = today_list(tasks, readable=people, chosen=rules.Filter.ALL, day=day).rows
    return listed[0].task if listed else None
