"""Families for a benchmark: one joins through the services, the others are copies of its rows."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db.models import Model

from apps.accounts.models import User
from apps.claims.services import name_account
from apps.core.clock import business_day
from apps.core.periods import add_years
from apps.enrolments.models import Application, Cover
from apps.enrolments.services import apply_for_cover, receive_contribution
from apps.members.models import Guardianship, Person, Signature
from apps.members.rules.identity import IdentityKind, fictional_number
from apps.members.selectors import texts_for
from apps.members.services import publish_texts, register_person, sign_texts
from apps.payments.models import PayeeAccount
from apps.payments.services.payees import account_index
from apps.plans.services import publish_catalogue
from apps.portal.demo.chapters.joining import ANSWERS
from apps.portal.demo.families import ASTHMA


def insured_families(count: int, *, now: datetime) -> list[tuple[Cover, PayeeAccount]]:
    """Families that may file today: a paid cover that began long ago, and the account of whoever files."""
    first = _first(now)
    account = name_account(
        actor=first.person.registered_by,
        holder_name="Bench",
        bank="Bench",
        number="6200123456789012",
        key=uuid4(),
        now=now,
    )
    users = _copies(User, first.person.registered_by, count, lambda n: {"email": f"bench{n}@example.com"})
    people = _copies(
        Person,
        first.person,
        count,
        lambda n: {"key": uuid4(), "identity_index": f"bench-{n}", "registered_by": users[n]},
    )
    _copies(
        Guardianship, first.person.guardianships.get(), count, lambda n: {"person": people[n], "guardian": users[n]}
    )
    for signature in first.person.signatures.all():
        _copies(Signature, signature, count, lambda n: {"person": people[n], "signed_by": users[n]})
    applications = _copies(
        Application, first.application, count, lambda n: {"key": uuid4(), "person": people[n], "actor": users[n]}
    )
    covers = _copies(Cover, first, count, lambda n: {"person": people[n], "application": applications[n]})
    accounts = _copies(PayeeAccount, account, count, lambda n: {"owner_id": users[n].pk, **_number(n)})
    return list(zip(covers, accounts, strict=True))


def _number(family: int) -> dict[str, Any]:
    """An account of their own: what may go to one on a day is limited."""
    number = f"62001234567{family:05d}"
    return {"key": uuid4(), "number": number, "number_index": account_index(number), "number_tail": number[-4:]}


def _first(now: datetime) -> Cover:
    """A child with asthma, insured for a hundred days."""
    since = now - timedelta(days=100)
    publish_catalogue(now=since)
    publish_texts(now=since)
    born = add_years(business_day(since), -7)
    user = User.objects.create_user("bench@example.com", name="Bench")
    person = register_person(
        actor=user,
        name="Bench",
        birth_date=born,
        sex="female",
        identity_kind=IdentityKind.RESIDENT.value,
        identity_number=fictional_number(birth_date=born, sex="female", serial=1),
        relation="mother",
        key=uuid4(),
        now=since,
    )
    sign_texts(actor=user, person=person, texts=texts_for(person, on=business_day(since)), now=since)
    application = apply_for_cover(
        actor=user, person_id=person.pk, plan_code=ASTHMA, answers=ANSWERS[ASTHMA], key=uuid4(), now=since
    )
    for due in application.cover.contributions.all():
        receive_contribution(contribution_id=due.pk, paid_date=business_day(since), now=since)
    covers = Cover.objects.select_related("person__registered_by", "application", "plan_version")
    return covers.get(application=application)


def _copies(model: type[Model], row: Model, count: int, changes: Any) -> list[Any]:
    values = {
        field.attname: getattr(row, field.attname) for field in model._meta.concrete_fields if not field.primary_key
    }
    copies = []
    for number in range(count):
        copy = model(**values)
        for name, value in changes(number).items():
            setattr(copy, name, value)
        copies.append(copy)
    return list(model._default_manager.bulk_create(copies))
