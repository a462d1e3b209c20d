"""Who decides for whom: ages at which it changes, and which relations fit which age."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from apps.core.periods import completed_years
from apps.members.errors import BornInFuture, BornTooLongAgo, NotAChild, NotAnAdult

AGE_OF_ASSENT = 14  # from here on the child agrees together with the guardian (PIPL art. 31 protects those below)
AGE_OF_MAJORITY = 18  # from here on the person decides alone
OLDEST = 125


class Relation(StrEnum):
    """What the one who acts is to the person."""

    SELF = "self"
    MOTHER = "mother"
    FATHER = "father"
    GRANDPARENT = "grandparent"
    CHILD = "child"
    SPOUSE = "spouse"
    OTHER = "other"


class Capacity(StrEnum):
    """In which right somebody signs for a person."""

    SELF = "self"
    GUARDIAN = "guardian"
    AUTHORISED_FAMILY = "authorised-family"


OF_A_MINOR = frozenset({Relation.MOTHER, Relation.FATHER, Relation.GRANDPARENT, Relation.OTHER})
OF_AN_ADULT = frozenset({Relation.CHILD, Relation.SPOUSE, Relation.OTHER})


def is_minor(birth_date: date, today: date) -> bool:
    return completed_years(birth_date, today) < AGE_OF_MAJORITY


def assents_too(birth_date: date, today: date) -> bool:
    """Whether the person is 14 to 17 and so agrees together with the guardian."""
    return AGE_OF_ASSENT <= completed_years(birth_date, today) < AGE_OF_MAJORITY


def check_birth_date(birth_date: date, today: date) -> None:
    """Raises BornInFuture or BornTooLongAgo."""
    if birth_date > today:
        raise BornInFuture
    if completed_years(birth_date, today) > OLDEST:
        raise BornTooLongAgo(years=OLDEST)


def check_relation(relation: str, birth_date: date, today: date) -> None:
    """Raises NotAnAdult or NotAChild when nobody can be in this relation to a person of this age."""
    if is_minor(birth_date, today):
        if relation not in OF_A_MINOR:
            raise NotAnAdult
    elif relation != Relation.SELF and relation not in OF_AN_ADULT:
        raise NotAChild


def capacity_of(relation: str | None, *, is_minor: bool) -> Capacity | None:
    """The right that a relation gives today; a parent's ends on the eighteenth birthday."""
    if relation == Relation.SELF:
        return Capacity.SELF
    if is_minor:
        return Capacity.GUARDIAN if relation in OF_A_MINOR else None
    return Capacity.AUTHORISED_FAMILY if relation in OF_AN_ADULT else None
