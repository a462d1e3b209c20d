"""Log a follow-up: read it by the programme's rules, keep what was found, plan what follows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.accounts.models import User
from apps.audit.services import new_event
from apps.care.errors import TaskIsClosed, VisitAhead, VisitBefore
from apps.care.models import DoctorContract, FollowUp, Observation, Task
from apps.care.permissions import check_cares_for, check_is_assigned
from apps.care.programmes import Programme, programme
from apps.care.rules.assessment import Assessment
from apps.care.rules.asthma_reading import PastVisit
from apps.care.rules.schedule import Window
from apps.care.selectors.doctors import family_user_ids
from apps.care.selectors.file import past_visits
from apps.care.selectors.plans import plan_for
from apps.care.services.tasks import add_task, close
from apps.care.services.windows import plan_follow_up, window_news
from apps.core.clock import business_day
from apps.core.periods import completed_years
from apps.core.writing import inserts, run_together
from apps.reminders.services import News, new_messages

LABEL = "care.followup"
CALL_BACK = timedelta(days=1)


@transaction.atomic
def log_follow_up(
    *,
    actor: User,
    task_id: int,
    answers: Mapping[str, Any],
    key: UUID,
    now: datetime,
    held_at: datetime | None = None,
    channel: str = FollowUp.Channel.CLINIC,
    note: str = "",
    fee_fen: int = 0,
) -> FollowUp:
    """Write down one visit; a late one is as welcome, a repeated post gives the first one again.

    ``answers`` are the form's, ready for JSON.  Raises NotYourPatient, TaskIsClosed, VisitAhead, VisitBefore.
    """
    task = Task.objects.select_for_update(of=("self",)).select_related("person").get(pk=task_id)
    check_is_assigned(user=actor, task=task)
    contract = check_cares_for(user=actor, person_id=task.person_id)
    contract.person = task.person
    if task.state != Task.State.OPEN or task.kind != Task.Kind.FOLLOW_UP:
        return _written_before(task, key)
    held_at = held_at or now
    if held_at > now:
        raise VisitAhead
    form = programme(task.programme)
    past, day = past_visits(task.person_id, form.code), business_day(held_at)
    _check_day(day, contract, past)
    reading = _assess(form, task, answers, past, day)
    visit = FollowUp.objects.create(
        person_id=task.person_id,
        doctor=contract.doctor,
        task=task,
        held_at=held_at,
        channel=channel,
        note=note,
        fee_fen=fee_fen,
        key=key,
        recorded_at=now,
        **_as_columns(form, answers, reading),
    )
    close(task, actor_id=actor.pk, now=now)
    following = _follow_on(visit, contract, form, reading, now=now)
    family = family_user_ids(contract.person)
    told = (_visit_news(visit, contract, family), window_news(following, contract, family, now=now))
    event = new_event(actor_id=actor.pk, action="follow-up.logged", target=(LABEL, visit.pk), now=now)
    run_together(*inserts(*_observations(visit, form, answers), *new_messages(*told, now=now), event))
    return visit


def _written_before(task: Task, key: UUID) -> FollowUp:
    """The visit of a form sent twice.  Raises TaskIsClosed for any other."""
    written = FollowUp.objects.filter(task=task, key=key).first()
    if written is None:
        raise TaskIsClosed
    return written


def _check_day(day: date, contract: DoctorContract, past: Sequence[PastVisit]) -> None:
    earliest = max([contract.since, *(visit.day for visit in past)])
    if day < earliest:
        raise VisitBefore(day=earliest.isoformat())


def _as_columns(form: Programme, answers: Mapping[str, Any], reading: Assessment) -> dict[str, Any]:
    return {
        "programme": form.code,
        "form_version": form.version,
        "answers": json.dumps(dict(answers), ensure_ascii=False),
        "zone": reading.zone,
        "control": reading.control,
        "decided_by": list(reading.decided_by),
        "alerts": [asdict(alert) for alert in reading.alerts],
    }


def _assess(
    form: Programme, task: Task, answers: Mapping[str, Any], past: Sequence[PastVisit], day: date
) -> Assessment:
    return form.assess(
        answers,
        age=completed_years(task.person.birth_date, day),
        day=day,
        past=past,
        plan=plan_for(task.person_id, day, form.code),
    )


def _observations(visit: FollowUp, form: Programme, answers: Mapping[str, Any]) -> list[Observation]:
    """Numbers become rows of their own, to draw and to compute with."""
    numbers = {field.code: field.unit for field in form.fields if field.is_number}
    return [
        Observation(
            follow_up=visit,
            person_id=visit.person_id,
            code=code,
            value=Decimal(str(answers[code])),
            unit=unit,
            at=visit.held_at,
        )
        for code, unit in numbers.items()
        if answers.get(code) not in (None, "")
    ]


def _follow_on(
    visit: FollowUp, contract: DoctorContract, form: Programme, reading: Assessment, *, now: datetime
) -> Task:
    """The next window by the state of control; after an emergency a call the day after."""
    source = (LABEL, visit.pk)
    following = plan_follow_up(
        contract=contract,
        programme_code=form.code,
        window=form.schedule.next_window(reading.control, business_day(visit.held_at)),
        source=source,
        key=f"{LABEL}:{visit.pk}:next",
        now=now,
    )
    if reading.is_emergency:
        call_on = business_day(now) + CALL_BACK
        add_task(
            person_id=visit.person_id,
            assignee_id=contract.doctor.user_id,
            kind=Task.Kind.CALL_PARENT,
            window=Window(business_day(now), call_on, call_on),
            source=source,
            key=f"{LABEL}:{visit.pk}:call",
            now=now,
        )
    return following


def _visit_news(visit: FollowUp, contract: DoctorContract, family: Sequence[int]) -> News:
    """That the visit is written down; the next window has news of its own, by e-mail too."""
    parameters = {"person": contract.person.name, "doctor": contract.doctor.user.name, "follow_up_id": visit.pk}
    return News(family, "follow-up-done", parameters, key=f"{LABEL}:{visit.pk}", channels=("in-app",))
