"""Covers for the tests of any app, made by the real services."""

from datetime import date, datetime
from typing import Any
from uuid import uuid4

from apps.enrolments.models import Application, Cover
from apps.enrolments.services import apply_for_cover, receive_contribution
from apps.members.models import Person
from apps.plans.services import publish_catalogue
from tests.conftest import NOW
from tests.members.factories import make_person

ASTHMA = "asthma-road-to-health"
ANSWERS: dict[str, dict[str, Any]] = {
    ASTHMA: {"conditions": ["J45.9"]},
    "brain-carefree": {"brain_screening": "pass"},
    "parkinson-carefree": {"conditions": ["G20"], "hoehn_yahr": "2"},
    "her-care": {"basic_insurance": "city"},
}


def make_application(
    person: Person | None = None,
    *,
    plan_code: str = ASTHMA,
    answers: dict[str, Any] | None = None,
    start: date | None = None,
    now: datetime = NOW,
) -> Application:
    """A child of 7 with asthma applies for the asthma plan."""
    publish_catalogue(now=now)
    person = person or make_person(now=now)
    return apply_for_cover(
        actor=person.registered_by,
        person_id=person.pk,
        plan_code=plan_code,
        answers=ANSWERS[plan_code] if answers is None else answers,
        key=uuid4(),
        start=start,
        now=now,
    )


def make_cover(
    person: Person | None = None,
    *,
    plan_code: str = ASTHMA,
    answers: dict[str, Any] | None = None,
    start: date | None = None,
    is_paid: bool = True,
    now: datetime = NOW,
) -> Cover:
    """An accepted application with its cover, paid on the day of ``now`` unless told otherwise."""
    application = make_application(person, plan_code=plan_code, answers=answers, start=start, now=now)
    assert application.accepted, application.reasons
    for contribution in application.cover.contributions.all() if is_paid else ():
        receive_contribution(contribution_id=contribution.pk, paid_date=now.date(), now=now)
    return Cover.objects.select_related("person", "plan_version", "application").get(application=application)
