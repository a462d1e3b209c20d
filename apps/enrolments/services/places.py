"""Places under an agreement: offered to a member who answers, or taken at once; a place taken is a cover."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import uuid5

from django.db import transaction

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.core.clock import business_day
from apps.core.errors import NotAllowed
from apps.enrolments.errors import ConsentsMissing, PlaceChanged, PlaceGone, PlaceTooLate, SecondCover
from apps.enrolments.models import Application, Contribution, Cover, Place
from apps.enrolments.rules.period import due_date, first_day, policy_year, year_end
from apps.enrolments.rules.roster import Standard
from apps.enrolments.rules.schedule import Payer
from apps.enrolments.rules.shares import shares_of
from apps.enrolments.selectors import overlapping, readers_of, renewed_years_of
from apps.enrolments.services.batches import MANY, work_off
from apps.enrolments.services.starting import part_key
from apps.members.models import Person
from apps.members.permissions import check_may_act
from apps.members.rules.identity import Holder
from apps.members.rules.texts import TextKind
from apps.members.selectors import has_consent, missing_texts
from apps.plans.errors import NoSuchPlan
from apps.plans.selectors import terms_of, version_in_force
from apps.reminders.services import News, remind

LABEL = "enrolments.place"
GROUP_PAYS_WITHIN = timedelta(days=30)
ANSWER_WITHIN = timedelta(days=30)


@transaction.atomic
def accept_place(*, place_id: int, actor: User, now: datetime) -> Place:
    """Take the place offered: the cover starts, or waits for the member's own part; again changes nothing.

    Raises NotAllowed, ConsentsMissing, PlaceGone, PlaceTooLate, PlaceChanged, SecondCover.
    """
    place, today = _locked(place_id, actor, now), business_day(now)
    if place.state == Place.State.TAKEN:
        return place
    _check_open(place, today)
    person = place.person
    if missing_texts(person, on=today) or not has_consent(person.pk, TextKind.COVENANT):
        raise ConsentsMissing(name=person.name)
    place.start = first_day(place.start, today)
    place.end = year_end(place.start)
    check_still_holds(place, place.start)
    existing = overlapping(person.pk, place.agreement.plan_code, place.start, place.end).first()
    if existing is not None:
        raise SecondCover(name=person.name, cover_id=existing.pk)
    place.answered_at, place.answered_by = now, actor
    take([place], actor=actor, now=now)
    place.save()
    record_event(actor_id=actor.pk, action="place.taken", target=(LABEL, place.pk), now=now)
    return place


@transaction.atomic
def refuse_place(*, place_id: int, actor: User, now: datetime) -> Place:
    """Say no to the place; again changes nothing.  Raises NotAllowed, PlaceGone."""
    place = _locked(place_id, actor, now)
    if place.state == Place.State.REFUSED:
        return place
    _check_open(place, business_day(now))
    place.state, place.answered_at, place.answered_by = Place.State.REFUSED, now, actor
    place.save(update_fields=["state", "answered_at", "answered_by"])
    record_event(actor_id=actor.pk, action="place.refused", target=(LABEL, place.pk), now=now)
    return place


def _locked(place_id: int, actor: User, now: datetime) -> Place:
    """The place and its person, locked from the person down."""
    person = Person.objects.select_for_update(of=("self",)).filter(places=place_id).first()
    if person is None:
        raise NotAllowed
    check_may_act(user=actor, person=person, now=now)
    return Place.objects.select_for_update(of=("self",)).select_related("person", "agreement").get(pk=place_id)


def _check_open(place: Place, today: date) -> None:
    if place.state != Place.State.OFFERED or place.answer_by < today:
        raise PlaceGone


def check_still_holds(place: Place, start: date) -> None:
    """The agreement and the terms must give the same place for a first day, which may have moved since it was offered.

    Judged as on the roster: what that does not say, the group vouches for.  Raises PlaceTooLate, PlaceChanged.
    """
    agreement, person = place.agreement, place.person
    if not agreement.holds_on(start):
        raise PlaceTooLate(last=agreement.until.isoformat())
    try:
        terms = terms_of(version_in_force(agreement.plan_code, start))
    except NoSuchPlan:
        raise PlaceChanged from None
    facts = tuple(json.loads(place.facts_json).items())
    verdict = Standard(terms, policy_year(start), start).judge()(Holder(person.birth_date, person.sex), facts)
    shares = shares_of(verdict.price_fen, agreement.group_fen)
    if verdict.faults or shares != (place.group_fen, place.member_fen):
        raise PlaceChanged


def lapse_places(*, now: datetime) -> int:
    """Close offers whose time to answer is over; how many."""
    late = Place.objects.filter(state=Place.State.OFFERED, answer_by__lt=business_day(now))
    lapsed = {"state": Place.State.LAPSED, "answered_at": now}
    return work_off(late, lambda ids: late.filter(pk__in=ids).update(**lapsed), batch=MANY)


def take(places: Sequence[Place], *, actor: User, now: datetime) -> None:
    """Turn places of one agreement and first day into covers, in memory ``state`` and ``cover``; four statements.

    Joins the caller's transaction, which holds the locks of the people and saves the places.
    """
    agreement, start = places[0].agreement, places[0].start
    version = version_in_force(agreement.plan_code, start)
    renewed = renewed_years_of([place.person_id for place in places], agreement.plan_code, start)
    applications = [_application(place, version.pk, actor, now) for place in places]
    Application.objects.bulk_create(applications)
    for place, application in zip(places, applications, strict=True):
        place.state = Place.State.TAKEN
        place.cover = Cover(
            person_id=place.person_id,
            plan_version=version,
            plan_code=agreement.plan_code,
            application=application,
            start=start,
            end=place.end,
            state=Cover.State.UNPAID if place.member_fen else Cover.State.ACTIVE,
            renewed_years=renewed.get(place.person_id, 0),
            price_fen=place.group_fen + place.member_fen,
        )
    Cover.objects.bulk_create([place.cover for place in places if place.cover])
    today = business_day(now)
    Contribution.objects.bulk_create(part for place in places for part in _parts(place, today))


def _application(place: Place, version_id: int, actor: User, now: datetime) -> Application:
    return Application(
        person_id=place.person_id,
        plan_version_id=version_id,
        policy_start=place.start,
        answers_json="{}",
        facts_json=place.facts_json,
        accepted=True,
        price_fen=place.group_fen + place.member_fen,
        actor=actor,
        key=uuid5(place.roster.key, str(place.person_id)),
        at=now,
    )


def _parts(place: Place, today: date) -> list[Contribution]:
    """What the member owes before the cover starts, and the group within a month of its start."""
    cover, group = place.cover, place.agreement.payer_label
    by_group = max(place.start, today) + GROUP_PAYS_WITHIN
    amounts = [(Payer.SELF.value, place.member_fen, due_date(today)), (group, place.group_fen, by_group)]
    return [
        Contribution(
            cover=cover,
            payer_label=payer,
            amount_fen=fen,
            due_date=day,
            is_trusted=payer == group,
            key=part_key(cover.application, payer),
        )
        for payer, fen, day in amounts
        if fen and cover
    ]


def tell_members(places: Sequence[Place], *, now: datetime) -> None:
    """Tell whoever acts for the people, where somebody with an account does."""
    if not places:
        return
    agreement = places[0].agreement
    name = terms_of(version_in_force(agreement.plan_code, places[0].start)).name
    readers = readers_of([place.person_id for place in places])
    remind(
        *(
            News(
                readers[place.person_id],
                "place-offered" if place.state == Place.State.OFFERED else "cover-given",
                {
                    "person": place.person.name,
                    "plan": {"zh": name.zh, "en": name.en},
                    "group": {"zh": agreement.organisation.name_zh, "en": agreement.organisation.name_en},
                    "answer_by_date": place.answer_by,
                    "start_date": place.start,
                    "place_id": place.pk,
                    "cover_id": place.cover_id or 0,
                },
                key=f"place:{place.pk}:{place.state}",
            )
            for place in places
            if place.person_id in readers
        ),
        now=now,
    )
