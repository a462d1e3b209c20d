"""Register a child, a relative or oneself."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.core.clock import business_day
from apps.core.fields import blind_index
from apps.members.errors import AlreadyInFamily, AlreadyRegistered, AlreadyYourself, KeyOfAnother
from apps.members.models import Guardianship, Person
from apps.members.permissions import is_family
from apps.members.rules.family import Relation, check_birth_date, check_relation
from apps.members.rules.identity import check_identity


def register_person(
    *,
    actor: User,
    name: str,
    birth_date: date,
    sex: str,
    identity_kind: str,
    identity_number: str,
    relation: str,
    key: UUID,
    now: datetime,
) -> Person:
    """Register the actor's child, relative or own self; the same key gives the first result again.

    Raises the errors of ``rules.identity`` and ``rules.family``, AlreadyInFamily, AlreadyRegistered,
    AlreadyYourself and KeyOfAnother.
    """
    done = _by_key(key, actor)
    if done is not None:
        return done
    today = business_day(now)
    check_birth_date(birth_date, today)
    check_relation(relation, birth_date, today)
    number = check_identity(kind=identity_kind, number=identity_number, birth_date=birth_date, sex=sex, today=today)
    name = " ".join(name.split())
    waiting = _claim(number, name, actor=actor, relation=relation, key=key, now=now)
    if waiting is not None:
        return waiting
    try:
        with transaction.atomic():
            person = Person.objects.create(
                name=name,
                birth_date=birth_date,
                sex=sex,
                identity_kind=identity_kind,
                identity_number=number,
                identity_index=blind_index(number, purpose="identity"),
                identity_tail=number[-4:],
                user=actor if relation == Relation.SELF else None,
                registered_by=actor,
                key=key,
                created_at=now,
            )
            if relation != Relation.SELF:
                Guardianship.objects.create(person=person, guardian=actor, relation=relation, since=today)
            record_event(actor_id=actor.pk, action="person.registered", target=("members.person", person.pk), now=now)
    except IntegrityError:
        return _first_or_refuse(key, actor, number)
    return person


@transaction.atomic
def _claim(number: str, name: str, *, actor: User, relation: str, key: UUID, now: datetime) -> Person | None:
    """A person whom a group's roster has brought in, and nobody acts for yet, becomes one of the actor's family.

    Only under the very name of the roster; None otherwise.
    """
    index = blind_index(number, purpose="identity")
    alone = Person.objects.select_for_update(of=("self",)).filter(identity_index=index, user=None, name=name)
    person = alone.filter(guardianships=None).first()
    if person is None or (relation == Relation.SELF and Person.objects.filter(user=actor).exists()):
        return None
    person.user = actor if relation == Relation.SELF else None
    person.registered_by, person.key = actor, key
    person.save(update_fields=["user", "registered_by", "key"])
    if relation != Relation.SELF:
        Guardianship.objects.create(person=person, guardian=actor, relation=relation, since=business_day(now))
    record_event(actor_id=actor.pk, action="person.claimed", target=("members.person", person.pk), now=now)
    return person


def _by_key(key: UUID, actor: User) -> Person | None:
    person = Person.objects.filter(key=key).first()
    if person is not None and person.registered_by_id != actor.pk:
        raise KeyOfAnother
    return person


def _first_or_refuse(key: UUID, actor: User, number: str) -> Person:
    """What a unique constraint means: the same post again, the same person again, or a second 'myself'."""
    done = _by_key(key, actor)
    if done is not None:
        return done
    known = Person.objects.filter(identity_index=blind_index(number, purpose="identity")).first()
    if known is None:
        raise AlreadyYourself
    if is_family(actor, known):
        raise AlreadyInFamily(name=known.name)
    raise AlreadyRegistered
