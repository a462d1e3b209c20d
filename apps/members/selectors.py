"""Reads: whose pages a user sees, which texts a person still has to sign, who looked at the file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, cast

from django.db.models import Count, Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import TruncDate

from apps.accounts.models import User
from apps.audit.models import Access
from apps.core.clock import FUND_ZONE
from apps.core.errors import NotAllowed
from apps.members.models import Guardianship, LegalText, Person, Signature
from apps.members.rules.family import is_minor
from apps.members.rules.texts import ORDER, concerns


def people_of(user: User) -> QuerySet[Person]:
    """The user's own person first, then those the user acts for, oldest first; ``my_relation`` says by what."""
    mine = Guardianship.objects.open().filter(guardian=user, person=OuterRef("pk"))
    return (
        Person.objects.of(user)
        .annotate(reader_relation=Subquery(mine.values("relation")))
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


def _concerns(text: LegalText, person: Person, on: date) -> bool:
    return concerns(
        text.applies_to,
        is_minor=is_minor(person.birth_date, on),
        is_represented=person.user_id is None,
    )


def texts_for(person: Person, *, on: date) -> list[LegalText]:
    """The texts that concern a person on a day."""
    return [text for text in texts_in_force(on) if _concerns(text, person, on)]


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


def missing_by_person(people: Iterable[Person], *, on: date) -> dict[int, list[LegalText]]:
    """The same as ``missing_texts`` for several people, in two queries; those who miss nothing are left out."""
    texts = [text for text in texts_in_force(on) if text.is_required]
    people = list(people)
    signed = set(Signature.objects.in_force().filter(person__in=people).values_list("person_id", "text_id"))
    missing = {
        person.pk: [text for text in texts if _concerns(text, person, on) and (person.pk, text.pk) not in signed]
        for person in people
    }
    return {person_id: left for person_id, left in missing.items() if left}


def reads_of(person: Person, *, but_for: User) -> QuerySet[Access, dict[str, Any]]:
    """Who looked at the person's data, a row a day, reader and purpose, newest first; one's own looks left out."""
    rows = (
        Access.objects.filter(person_id=person.pk)
        .exclude(reader_id=but_for.pk)
        .annotate(day=TruncDate("at", tzinfo=FUND_ZONE))
        .values("day", "reader_id", "rule", "purpose")
        .annotate(times=Count("pk"), last_at=Max("at"))
        .order_by("-last_at", "reader_id")
    )
    return cast("QuerySet[Access, dict[str, Any]]", rows)
