"""Reads: whose pages a user sees, which texts a person still has to sign, who looked at the file."""

from __future__ import annotations

from datetime import date

from django.db.models import Prefetch, QuerySet

from apps.accounts.models import User
from apps.core.errors import NotAllowed
from apps.members.models import Guardianship, LegalText, Person, Signature
from apps.members.rules.family import is_minor
from apps.members.rules.texts import ORDER, concerns


def people_of(user: User) -> QuerySet[Person]:
    """The user's own person first, then those the user acts for, by age."""
    mine = Guardianship.objects.open().filter(guardian=user)
    return (
        Person.objects.of(user)
        .prefetch_related(Prefetch("guardianships", queryset=mine, to_attr="my_guardianships"))
        .order_by("user", "birth_date", "pk")
    )


def person_of(user: User, person_id: int) -> Person:
    """One of the user's people.  Raises NotAllowed for anybody else's."""
    person = Person.objects.of(user).filter(pk=person_id).first()
    if person is None:
        raise NotAllowed
    return person


def texts_in_force(on: date) -> list[LegalText]:
    """The newest version of each text that holds on a day, in the order in which they are read."""
    newest = LegalText.objects.filter(valid_from__lte=on).order_by("kind", "-version").distinct("kind")
    return sorted(newest, key=lambda text: ORDER.index(text.kind))  # type: ignore[arg-type]


def texts_for(person: Person, *, on: date) -> list[LegalText]:
    """The texts that concern a person on a day."""
    minor, represented = is_minor(person.birth_date, on), person.user_id is None
    return [
        text for text in texts_in_force(on) if concerns(text.applies_to, is_minor=minor, is_represented=represented)
    ]


def signatures_of(person: Person) -> QuerySet[Signature]:
    """All signatures for a person, withdrawn ones too, newest first."""
    return person.signatures.select_related("text", "signed_by", "withdrawn_by").order_by("-at", "-pk")


def missing_texts(person: Person, *, on: date) -> list[LegalText]:
    """The required texts not signed in their present version; none: the person can join a plan."""
    signed = set(person.signatures.in_force().values_list("text_id", flat=True))
    return [text for text in texts_for(person, on=on) if text.is_required and text.pk not in signed]


def has_consent(person_id: int, kind: str) -> bool:
    """Whether a consent of this kind is in force, in whatever version."""
    return Signature.objects.in_force().filter(person_id=person_id, text__kind=kind).exists()
