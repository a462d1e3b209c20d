"""Ages and relations: who may decide for whom."""

from datetime import date

import pytest

from apps.members import errors
from apps.members.rules.family import (
    Capacity,
    Relation,
    assents_too,
    capacity_of,
    check_birth_date,
    check_relation,
    is_minor,
)

TODAY = date(2026, 11, 23)
CHILD, TEENAGER, ADULT = date(2019, 5, 4), date(2012, 11, 23), date(2008, 11, 23)


@pytest.mark.parametrize(
    ("born", "minor", "assents"),
    [
        (CHILD, True, False),
        (date(2012, 11, 24), True, False),
        (TEENAGER, True, True),
        (date(2008, 11, 24), True, True),
        (ADULT, False, False),
    ],
)
def test_ages_at_which_it_changes(born, minor, assents):
    assert (is_minor(born, TODAY), assents_too(born, TODAY)) == (minor, assents)


@pytest.mark.parametrize("born", [TODAY, CHILD, date(1901, 11, 23)])
def test_birth_dates_that_can_be(born):
    check_birth_date(born, TODAY)


@pytest.mark.parametrize(
    ("born", "refusal"),
    [(date(2026, 11, 24), errors.BornInFuture), (date(1876, 11, 23), errors.BornTooLongAgo)],
)
def test_birth_dates_that_cannot_be(born, refusal):
    with pytest.raises(refusal):
        check_birth_date(born, TODAY)


MINOR_RELATIONS = {"mother", "father", "grandparent", "other"}
ADULT_RELATIONS = {"self", "child", "spouse", "other"}


@pytest.mark.parametrize("relation", list(Relation))
@pytest.mark.parametrize("born", [CHILD, TEENAGER, ADULT])
def test_relations_fit_the_age(relation, born):
    minor = is_minor(born, TODAY)
    if relation in (MINOR_RELATIONS if minor else ADULT_RELATIONS):
        check_relation(relation, born, TODAY)
    else:
        with pytest.raises(errors.NotAnAdult if minor else errors.NotAChild):
            check_relation(relation, born, TODAY)


@pytest.mark.parametrize(
    ("relation", "minor", "capacity"),
    [
        ("self", False, Capacity.SELF),
        ("mother", True, Capacity.GUARDIAN),
        ("father", True, Capacity.GUARDIAN),
        ("grandparent", True, Capacity.GUARDIAN),
        ("other", True, Capacity.GUARDIAN),
        ("child", True, None),
        ("spouse", True, None),
        ("mother", False, None),
        ("father", False, None),
        ("grandparent", False, None),
        ("child", False, Capacity.AUTHORISED_FAMILY),
        ("spouse", False, Capacity.AUTHORISED_FAMILY),
        ("other", False, Capacity.AUTHORISED_FAMILY),
        (None, True, None),
        (None, False, None),
    ],
)
def test_what_a_relation_gives(relation, minor, capacity):
    assert capacity_of(relation, is_minor=minor) == capacity
