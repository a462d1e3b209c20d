"""May this user act for this person, and read this person's medical data?  Reads are logged, refused ones too."""

from __future__ import annotations

from datetime import datetime

from apps.accounts.models import User
from apps.audit.services import record_access
from apps.core.clock import business_day
from apps.core.errors import NotAllowed
from apps.members.models import Grant, Guardianship, Person, Signature
from apps.members.rules.access import permitting_rule
from apps.members.rules.family import Capacity, Relation, capacity_of, is_minor

DENIED = "denied"


def relation_of(user: User, person: Person) -> str | None:
    """What the user is to the person, or None for a stranger."""
    if person.user_id == user.pk:
        return Relation.SELF
    return Guardianship.objects.open().filter(person=person, guardian=user).values_list("relation", flat=True).first()


def is_family(user: User, person: Person) -> bool:
    """Whether the user is the person or acts for the person."""
    return relation_of(user, person) is not None


def acting_capacity(*, user: User, person: Person, now: datetime) -> Capacity | None:
    """The right in which the user may decide for the person today; a parent's ends at 18."""
    return capacity_of(relation_of(user, person), is_minor=is_minor(person.birth_date, business_day(now)))


def reader_capacity(person: Person, *, now: datetime) -> Capacity | None:
    """The same for a person as ``people_of`` the user has found them, without another query."""
    return capacity_of(person.my_relation or Relation.SELF, is_minor=is_minor(person.birth_date, business_day(now)))


def check_may_act(*, user: User, person: Person, now: datetime) -> Capacity:
    """Raises NotAllowed unless the user may sign, apply and claim for the person today."""
    capacity = acting_capacity(user=user, person=person, now=now)
    if capacity is None:
        raise NotAllowed
    return capacity


def _rule(user: User, person_id: int, purpose: str, now: datetime) -> str | None:
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        return None
    capacity = acting_capacity(user=user, person=person, now=now)
    if capacity is not None:
        grants, consents = set[str](), set[str]()
    else:
        grants = set(Grant.objects.live(now).for_reader(user).filter(person=person).values_list("rule", flat=True))
        signed = Signature.objects.in_force().filter(person=person) if grants else Signature.objects.none()
        consents = set(signed.values_list("text__kind", flat=True))
    return permitting_rule(capacity=capacity, grants=grants, consents=consents, purpose=purpose)


def may_read(*, user: User, person_id: int, purpose: str, now: datetime) -> bool:
    """Whether a read would be allowed; for showing a link.  Logs nothing."""
    return _rule(user, person_id, purpose, now) is not None


def check_may_read(*, user: User, person_id: int, purpose: str, now: datetime) -> str:
    """The rule that allows the read, which is logged; a refused read is logged too.

    Call it before the transaction of the work itself, so that a rollback does not take the log with it.
    Raises NotAllowed.
    """
    rule = _rule(user, person_id, purpose, now)
    record_access(reader_id=user.pk, person_id=person_id, rule=rule or DENIED, purpose=purpose, now=now)
    if rule is None:
        raise NotAllowed
    return rule


def check_is_family(*, user: User, person_id: int, purpose: str, now: datetime) -> Person:
    """The person, for pages of the family itself; a stranger's attempt is logged.

    Raises NotAllowed.
    """
    person = Person.objects.of(user).filter(pk=person_id).first()
    if person is None:
        record_access(reader_id=user.pk, person_id=person_id, rule=DENIED, purpose=purpose, now=now)
        raise NotAllowed
    return person
