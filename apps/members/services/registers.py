"""Find the people of a register by their identity numbers, and register those nobody knows yet."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from apps.accounts.models import User
from apps.core.fields import blind_index
from apps.members.models import Person
from apps.members.rules.identity import IdentityKind


class Named(NamedTuple):
    """A person as a register names them; the number is normalised and well formed."""

    name: str
    number: str
    birth_date: date
    sex: str


def find_or_register(people: Collection[Named], *, actor: User, now: datetime) -> dict[str, Person]:
    """The persons by identity number, locked in order of id; new ones belong to nobody's family yet.

    Joins the caller's transaction: four statements for however many people.
    """
    numbers = {blind_index(one.number, purpose="identity"): one for one in people}
    known = set(Person.objects.filter(identity_index__in=numbers).values_list("identity_index", flat=True))
    new = (_person(one, index, actor, now) for index, one in numbers.items() if index not in known)
    Person.objects.bulk_create(new, ignore_conflicts=True)
    locked = Person.objects.select_for_update(of=("self",)).filter(identity_index__in=numbers).order_by("pk")
    return {numbers[person.identity_index].number: person for person in locked.defer("identity_number")}


def _person(one: Named, index: str, actor: User, now: datetime) -> Person:
    return Person(
        name=one.name,
        birth_date=one.birth_date,
        sex=one.sex,
        identity_kind=IdentityKind.RESIDENT.value,
        identity_number=one.number,
        identity_index=index,
        identity_tail=one.number[-4:],
        registered_by=actor,
        key=UUID(index[:32]),
        created_at=now,
    )
