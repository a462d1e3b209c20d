"""What the database itself refuses about people, signatures and grants."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from apps.directory.models import Department, Organisation
from apps.members.models import Grant, Guardianship, LegalText, Person, Signature
from tests.members.factories import make_parent, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def child():
    return make_person()


def copy_of(person, **changes):
    fields = {field.attname: getattr(person, field.attname) for field in Person._meta.fields if field.name != "id"}
    return Person(**{**fields, "key": uuid4(), "identity_index": "x" * 64, **changes})


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("person_sex_known", {"sex": "other"}),
        ("person_has_a_name", {"name": ""}),
    ],
)
def test_a_person_that_cannot_be(child, name, changes):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        copy_of(child, **changes).save()


def test_an_identity_number_is_there_once(child):
    with pytest.raises(IntegrityError, match="identity_number_once"), transaction.atomic():
        copy_of(child, identity_index=child.identity_index).save()


def test_a_form_key_is_there_once(child):
    with pytest.raises(IntegrityError, match="key"), transaction.atomic():
        copy_of(child, key=child.key).save()


def test_the_number_is_not_readable_in_the_database(child):
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(p)::text FROM members_person p WHERE id = %s", [child.pk])
        row = cursor.fetchone()[0]
    assert child.identity_number not in row
    assert child.identity_number[:14] not in row


def test_one_open_guardianship_a_pair(child, today):
    again = Guardianship(person=child, guardian=child.registered_by, relation="father", since=today)
    with pytest.raises(IntegrityError, match="one_open_guardianship"), transaction.atomic():
        again.save()


def test_a_guardianship_ends_after_it_starts(child, today):
    with pytest.raises(IntegrityError, match="guardianship_ends"), transaction.atomic():
        Guardianship.objects.filter(person=child).update(until=today - timedelta(days=1))


@pytest.mark.parametrize(
    "attack",
    ["UPDATE {} SET body_en = 'other'", "DELETE FROM {}", "TRUNCATE {} CASCADE"],
)
def test_a_published_text_never_changes(child, attack):
    before = list(LegalText.objects.values().order_by("pk"))
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS ALL IMMEDIATE; {attack.format('members_legaltext')}")
    assert list(LegalText.objects.values().order_by("pk")) == before


def test_a_version_is_published_once(child):
    text = LegalText.objects.get(kind="covenant")
    text.pk = None
    with pytest.raises(IntegrityError, match="text_version_once"), transaction.atomic():
        text.save(force_insert=True)


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE members_signature SET text_hash = 'x'",
        "UPDATE members_signature SET assent_name = 'x', withdrawn_at = now(), withdrawn_by_id = signed_by_id",
        "UPDATE members_signature SET capacity = 'self'",
        "DELETE FROM members_signature",
        "TRUNCATE members_signature",
    ],
)
def test_a_signature_never_changes(child, attack):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS ALL IMMEDIATE; {attack}")


def test_a_withdrawal_is_final_and_says_by_whom(child, now):
    signatures = Signature.objects.filter(person=child)
    with pytest.raises(IntegrityError, match="withdrawal_says_by_whom"), transaction.atomic():
        signatures.update(withdrawn_at=now)
    signatures.update(withdrawn_at=now, withdrawn_by=child.registered_by)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        signatures.update(withdrawn_at=None, withdrawn_by=None)


def test_one_signature_in_force(child, now):
    first = Signature.objects.get(person=child, text__kind="covenant")
    first.pk = None
    with pytest.raises(IntegrityError, match="one_signature_in_force"), transaction.atomic():
        first.save(force_insert=True)


@pytest.fixture
def grant(child, now):
    fields = {"person": child, "grantee_user": make_parent(), "rule": "family-doctor", "purpose": "care"}
    return Grant(**fields, since=now, source_label="care.contract", source_id=1)


def test_a_grant_has_exactly_one_grantee(grant):
    hospital = Organisation.objects.create(
        code="h", kind="hospital", level="tertiary", name_zh="医院", name_en="Hospital"
    )
    department = Department.objects.create(organisation=hospital, code="d", name_zh="呼吸科", name_en="Chest")
    user, grant.grantee_user = grant.grantee_user, None
    with pytest.raises(IntegrityError, match="grant_has_one_grantee"), transaction.atomic():
        grant.save()
    grant.grantee_user, grant.grantee_department = user, department
    with pytest.raises(IntegrityError, match="grant_has_one_grantee"), transaction.atomic():
        grant.save()


@pytest.mark.parametrize(
    ("name", "changes"),
    [("grant_ends_after_it_starts", {"until": -1}), ("grant_rule_known", {"rule": "curiosity"})],
)
def test_a_grant_that_cannot_be(grant, now, name, changes):
    grant.until = now - timedelta(days=1) if "until" in changes else None
    grant.rule = changes.get("rule", grant.rule)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        grant.save()


def test_one_open_grant_a_source(grant):
    grant.save()
    grant.pk = None
    with pytest.raises(IntegrityError, match="one_open_grant_a_source"), transaction.atomic():
        grant.save(force_insert=True)
