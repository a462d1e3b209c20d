"""People for the tests of any app, made by the real services."""

from datetime import date, datetime
from itertools import count
from uuid import uuid4

from apps.accounts.models import User
from apps.members.models import Person
from apps.members.rules.family import Relation, assents_too
from apps.members.rules.identity import IdentityKind, fictional_number
from apps.members.selectors import texts_for
from apps.members.services import publish_texts, register_person, sign_texts
from tests.conftest import NOW

_serial = count(1)


def make_parent(email: str = "", *roles: str, name: str = "Fang Wang") -> User:
    """Somebody with an account; every call makes another one unless the e-mail address is given."""
    email = email or f"parent{next(_serial)}@example.com"
    return User.objects.create_user(email, "long-enough-1", name=name, roles=list(roles))


def identity_number(birth_date: date, sex: str = "female") -> str:
    """A number valid in form, another one at each call, that belongs to nobody."""
    return fictional_number(birth_date=birth_date, sex=sex, serial=next(_serial) % 499)


def make_person(
    parent: User | None = None,
    *,
    name: str = "Xiaoyu",
    birth_date: date = date(2019, 5, 4),
    sex: str = "female",
    relation: str = Relation.MOTHER,
    signed: bool = True,
    now: datetime = NOW,
) -> Person:
    """A child of 7 with a mother, all texts signed; ``relation="self"`` or ``"spouse"`` need an adult's birth date."""
    person = register_person(
        actor=parent or make_parent(),
        name=name,
        birth_date=birth_date,
        sex=sex,
        identity_kind=IdentityKind.RESIDENT,
        identity_number=identity_number(birth_date, sex),
        relation=relation,
        key=uuid4(),
        now=now,
    )
    if signed:
        sign_all(person, now=now)
    return person


def sign_all(person: Person, *, now: datetime = NOW) -> None:
    """Everything that concerns the person, signed by whoever registered them."""
    publish_texts(now=now)
    today = now.date()
    assent = person.name if assents_too(person.birth_date, today) else ""
    texts = texts_for(person, on=today)
    sign_texts(actor=person.registered_by, person=person, texts=texts, now=now, assent_name=assent)
