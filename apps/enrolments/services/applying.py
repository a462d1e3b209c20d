"""Apply for a plan: read the answers, let the terms decide, keep the decision, ask for the contribution."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.core.clock import business_day
from apps.core.errors import NotAllowed
from apps.enrolments.errors import (
    AnswerMissing,
    ConsentsMissing,
    FormSentAlready,
    JoinedThroughGroup,
    NotOffered,
    SecondCover,
)
from apps.enrolments.models import Application, Cover, Draft
from apps.enrolments.rules.period import check_start, policy_year, year_end
from apps.enrolments.rules.reasons import kept_reasons
from apps.enrolments.rules.schedule import Payer, Schedule, choices, needs_group
from apps.enrolments.selectors import discount_of, overlapping, renewed_years_for
from apps.enrolments.services.points import use_points
from apps.enrolments.services.starting import activate_cover, ask_for_contributions, is_waited_for
from apps.members.models import Person
from apps.members.permissions import check_may_act
from apps.members.rules.texts import TextKind
from apps.members.selectors import has_consent, missing_texts
from apps.plans.models import PlanVersion
from apps.plans.rules import Insured, Policy, Terms, assess_enrolment, facts_from_answers, price_fen, questions
from apps.plans.selectors import plan_version, terms_of

Answers = Mapping[str, Any]


@transaction.atomic
def apply_for_cover(
    *,
    actor: User,
    person_id: int,
    plan_code: str,
    answers: Answers,
    key: UUID,
    now: datetime,
    start: date | None = None,
    schedule: str = Schedule.ONCE,
    payer: str = Payer.SELF,
) -> Application:
    """Decide on joining from the answers by fact name; ``start`` is the first day wished, today if not given.

    ``schedule`` and ``payer``: how the family's part is paid and by whom, of what the terms offer.  An accepted
    application brings a cover, its price lowered by the points left from other years in the plan, and what is to be
    paid for it.  The same key with the same input gives the first decision.  Raises NotAllowed, ConsentsMissing,
    NoSuchPlan, StartPassed, StartTooFar, NotOffered, JoinedThroughGroup, AnswerInvalid, AnswerMissing, SecondCover,
    FormSentAlready.
    """
    today = business_day(now)
    start = start or today
    person = Person.objects.select_for_update().filter(pk=person_id).first()
    if person is None:
        raise NotAllowed
    check_may_act(user=actor, person=person, now=now)
    done = Application.objects.filter(key=key).select_related("plan_version").first()
    way = Way(Schedule(schedule), Payer(payer))
    if done is not None:
        return _same(done, (person.pk, plan_code, start, way), answers)
    if missing_texts(person, on=today) or not has_consent(person.pk, TextKind.COVENANT):
        raise ConsentsMissing(name=person.name)
    check_start(start, today)
    existing = overlapping(person.pk, plan_code, start, year_end(start)).first()
    if existing is not None:
        raise SecondCover(name=person.name, cover_id=existing.pk)
    policy = policy_year(start, renewed_years_for(person.pk, plan_code, start))
    version = plan_version(plan_code, start)
    application = _decide(person, version, policy, answers, way, actor=actor, key=key, now=now)
    if application.accepted:
        _open_cover(application, policy, now)
        Draft.objects.filter(person=person, plan_code=plan_code).delete()
    return application


class Way(NamedTuple):
    """How the family's part is paid."""

    schedule: Schedule
    payer: Payer


def _same(done: Application, wanted: tuple[int, str, date, Way], answers: Answers) -> Application:
    """The first decision, if this is the same form sent again."""
    way = Way(Schedule(done.schedule), Payer(done.payer))
    first = (done.person_id, done.plan_version.code, done.policy_start, way)
    if first != wanted or done.answers != json.loads(json.dumps(dict(answers))):
        raise FormSentAlready
    return done


def _decide(
    person: Person,
    version: PlanVersion,
    policy: Policy,
    answers: Answers,
    way: Way,
    *,
    actor: User,
    key: UUID,
    now: datetime,
) -> Application:
    terms = terms_of(version)
    if way.schedule not in terms.paying.schedules or way.payer not in choices(terms.paying.payers):
        raise NotOffered
    if needs_group(terms.paying.payers, way.payer):
        raise JoinedThroughGroup
    facts = facts_from_answers(terms, answers)
    _check_complete(terms, person, facts)
    insured = Insured(person.birth_date, person.sex, facts)
    result = assess_enrolment(terms, insured, policy)
    application = Application.objects.create(
        person=person,
        plan_version=version,
        policy_start=policy.start,
        answers_json=json.dumps(dict(answers), ensure_ascii=False),
        facts_json=json.dumps(facts, ensure_ascii=False),
        accepted=result.accepted,
        reasons=kept_reasons(result.reasons),
        price_fen=price_fen(terms, insured, policy),
        schedule=way.schedule,
        payer=way.payer,
        actor=actor,
        key=key,
        at=now,
    )
    record_event(
        actor_id=actor.pk,
        action="application.accepted" if result.accepted else "application.declined",
        target=("enrolments.application", application.pk),
        now=now,
        detail={"plan": str(version)},
    )
    return application


def _check_complete(terms: Terms, person: Person, facts: Mapping[str, object]) -> None:
    for question in questions(terms, Insured(person.birth_date, person.sex)):
        if question.required and question.fact not in facts:
            raise AnswerMissing(question.fact)


def _open_cover(application: Application, policy: Policy, now: datetime) -> Cover:
    version = application.plan_version
    taken = discount_of(application.person_id, terms_of(version), application.price_fen, Payer(application.payer))
    cover = Cover.objects.create(
        person=application.person,
        plan_version=version,
        plan_code=version.code,
        application=application,
        start=policy.start,
        end=year_end(policy.start),
        renewed_years=policy.renewed_years,
        price_fen=application.price_fen - taken.fen,
    )
    use_points(cover, taken)
    today = business_day(now)
    if not is_waited_for(ask_for_contributions(cover, today=today)):
        return activate_cover(cover=cover, paid_date=today, now=now)
    return cover


def keep_draft(*, actor: User, person: Person, plan_code: str, typed: str, now: datetime) -> None:
    """Remember what was typed into a questionnaire, whatever becomes of it."""
    Draft.objects.update_or_create(
        person=person, actor=actor, plan_code=plan_code, defaults={"typed": typed, "updated_at": now}
    )
