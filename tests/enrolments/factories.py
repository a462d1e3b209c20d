"""Covers for the tests of any app, made by the real services."""

from copy import deepcopy
from datetime import date, datetime
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from apps.enrolments.models import Application, Cover
from apps.enrolments.services import apply_for_cover, receive_contribution
from apps.members.models import Person
from apps.payments.models import PayeeAccount
from apps.payments.services import name_payee_account
from apps.plans.files import PlanFile, catalogue_files
from apps.plans.rules import load_terms
from apps.plans.services import publish_catalogue, publish_terms
from tests.conftest import NOW
from tests.members.factories import make_person

ASTHMA = "asthma-road-to-health"
ANSWERS: dict[str, dict[str, Any]] = {
    ASTHMA: {"conditions": ["J45.9"]},
    "brain-carefree": {"brain_screening": "pass"},
    "parkinson-carefree": {"conditions": ["G20"], "hoehn_yahr": "2"},
    "her-care": {"basic_insurance": "city"},
}


def publish_plan(code: str, *, now: datetime = NOW, more: dict[str, Any] | None = None, **paying: Any) -> str:
    """The asthma plan under another code, paid as told, with ``more`` fields and parameters; answers the code."""
    file = next(file for file in catalogue_files() if file.terms.code == ASTHMA)
    data = deepcopy(file.data) | {"code": code, "version": "1"}
    data["paying"] |= paying
    data["parameters"]["half"] = {"amount": "90.00", "clause": "3.1"}
    data["parameters"]["wait"] = {"days": "10", "clause": "3.1"}
    for name, value in (more or {}).items():
        data[name] = {**data.get(name, {}), **value}
    publish_terms(file=PlanFile(load_terms(data), data, ""), now=now)
    ANSWERS[code] = ANSWERS[ASTHMA]
    return code


def make_account(cover: Cover, *, now: datetime = NOW, number: str = "6222021234567890") -> PayeeAccount:
    """The account on which the family is paid."""
    actor = cover.application.actor
    owner = ("accounts.user", actor.pk)
    return name_payee_account(
        owner=owner, holder_name="Fang", bank="Bank", number=number, actor=actor, key=uuid4(), now=now
    )


def make_application(
    person: Person | None = None,
    *,
    plan_code: str = ASTHMA,
    answers: dict[str, Any] | None = None,
    start: date | None = None,
    schedule: str = "once",
    payer: str = "self",
    now: datetime = NOW,
) -> Application:
    """A child of 7 with asthma applies for the asthma plan."""
    publish_catalogue(now=now)
    person = person or make_person(now=now)
    with patch("apps.enrolments.services.applying.needs_group", return_value=False):  # a union pays in these tests
        return apply_for_cover(
            actor=person.registered_by,
            person_id=person.pk,
            plan_code=plan_code,
            answers=ANSWERS[plan_code] if answers is None else answers,
            key=uuid4(),
            start=start,
            schedule=schedule,
            payer=payer,
            now=now,
        )


def make_cover(
    person: Person | None = None,
    *,
    plan_code: str = ASTHMA,
    answers: dict[str, Any] | None = None,
    start: date | None = None,
    schedule: str = "once",
    payer: str = "self",
    is_paid: bool = True,
    now: datetime = NOW,
) -> Cover:
    """An accepted application with its cover, what starts it paid on the day of ``now`` unless told otherwise."""
    application = make_application(
        person, plan_code=plan_code, answers=answers, start=start, schedule=schedule, payer=payer, now=now
    )
    assert application.accepted, application.reasons
    for contribution in application.cover.contributions.waited_for().filter(number=1) if is_paid else ():
        receive_contribution(contribution_id=contribution.pk, paid_date=now.date(), now=now)
    return Cover.objects.select_related("person", "plan_version", "application").get(application=application)
