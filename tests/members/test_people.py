"""Registering people through the service."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection

from apps.audit.models import Event
from apps.core.errors import NotAllowed
from apps.members import errors
from apps.members.models import Guardianship, Person
from apps.members.permissions import is_family
from apps.members.selectors import people_of, person_of
from apps.members.services import register_person
from tests.members.factories import identity_number, make_parent, make_person

pytestmark = pytest.mark.django_db
BORN = date(2019, 5, 4)


@pytest.fixture
def parent():
    return make_parent()


@pytest.fixture
def typed(parent, now):
    return {
        "actor": parent,
        "name": " Wang  Xiaoyu ",
        "birth_date": BORN,
        "sex": "female",
        "identity_kind": "resident",
        "identity_number": identity_number(BORN),
        "relation": "mother",
        "key": uuid4(),
        "now": now,
    }


def test_a_child_is_registered_with_its_guardian(typed, parent, today):
    child = register_person(**typed)
    assert (child.name, child.user, child.registered_by) == ("Wang Xiaoyu", None, parent)
    assert child.identity_tail == typed["identity_number"][-4:]
    assert child.masked_identity == "•" * 14 + child.identity_tail
    guardianship = Guardianship.objects.get()
    assert (guardianship.guardian, guardianship.relation, guardianship.since) == (parent, "mother", today)
    assert Event.objects.get(action="person.registered").target_id == child.pk
    assert Person.objects.get().identity_number == typed["identity_number"]


def test_the_same_form_sent_twice_registers_once(typed):
    assert register_person(**typed) == register_person(**typed)
    assert Person.objects.count() == Guardianship.objects.count() == 1


def test_a_form_of_another_account_is_refused(typed):
    register_person(**typed)
    with pytest.raises(errors.KeyOfAnother):
        register_person(**{**typed, "actor": make_parent()})


def test_the_same_child_again_is_found_in_the_family(typed):
    register_person(**typed)
    with pytest.raises(errors.AlreadyInFamily) as caught:
        register_person(**{**typed, "key": uuid4(), "identity_number": " ".join(typed["identity_number"])})
    assert str(caught.value).startswith("Wang Xiaoyu is already in your family")


def test_a_child_of_others_is_refused_without_its_name(typed):
    register_person(**typed)
    with pytest.raises(errors.AlreadyRegistered) as caught:
        register_person(**{**typed, "key": uuid4(), "actor": make_parent()})
    assert "Xiaoyu" not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "refusal", "field"),
    [
        ({"identity_number": "110000201905040010"}, errors.IdentityChecksum, "identity_number"),
        ({"birth_date": date(2027, 1, 1)}, errors.BornInFuture, "birth_date"),
        ({"birth_date": date(1876, 11, 23)}, errors.BornTooLongAgo, "birth_date"),
        ({"birth_date": date(2019, 5, 5)}, errors.BirthDateDiffers, "birth_date"),
        ({"sex": "male"}, errors.SexDiffers, "sex"),
        ({"relation": "self"}, errors.NotAnAdult, "relation"),
    ],
)
def test_bad_input_registers_nobody(typed, changes, refusal, field):
    with pytest.raises(refusal) as caught:
        register_person(**{**typed, **changes})
    assert caught.value.field == field
    assert not Person.objects.exists()


def test_an_adult_registers_as_themself_once(parent, today):
    me = make_person(parent, name="Fang Wang", birth_date=date(1985, 3, 1), relation="self", signed=False)
    assert me.user == parent
    assert not Guardianship.objects.exists()
    with pytest.raises(errors.AlreadyYourself):
        make_person(parent, name="Fang Li", birth_date=date(1985, 3, 2), relation="self", signed=False)


def test_a_newborn_is_registered_by_birth_certificate(typed, today):
    born = today - timedelta(days=20)
    child = register_person(
        **{**typed, "identity_kind": "birth-certificate", "identity_number": "q110123456", "birth_date": born}
    )
    assert child.masked_identity == "••••••3456"


def test_a_family_is_oneself_first_and_then_by_age(parent):
    younger = make_person(parent, birth_date=date(2021, 1, 1), signed=False)
    older = make_person(parent, birth_date=date(2015, 1, 1), signed=False)
    me = make_person(parent, birth_date=date(1985, 3, 1), relation="self", signed=False)
    make_person(signed=False)
    family = list(people_of(parent))
    assert family == [me, older, younger]
    assert [person.my_relation for person in family] == [None, "mother", "mother"]
    assert person_of(parent, older.pk) == older


def test_strangers_are_not_family(parent):
    child = make_person(signed=False)
    assert not is_family(parent, child)
    with pytest.raises(NotAllowed):
        person_of(parent, child.pk)


def test_an_ended_guardianship_gives_nothing(parent, today):
    child = make_person(parent, signed=False)
    Guardianship.objects.update(until=today)
    assert not people_of(parent).exists()
    assert not is_family(parent, child)


def test_a_change_keeps_what_was_there_before_even_when_made_past_the_services(parent):
    child = make_person(parent, signed=False)
    Person.objects.filter(pk=child.pk).update(name="Xiaoyun")
    Guardianship.objects.filter(person=child).update(relation="father")
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM members_personevent WHERE pgh_obj_id = %s", [child.pk])
        assert cursor.fetchall() == [("Xiaoyu",)]
        cursor.execute("SELECT relation FROM members_guardianshipevent WHERE person_id = %s", [child.pk])
        assert cursor.fetchall() == [("mother",)]
