"""Reading medical data: by which rule, and that each attempt is written down."""

from datetime import date, timedelta

import pytest

from apps.accounts.models import Role
from apps.audit.models import Access
from apps.core.errors import NotAllowed
from apps.directory.models import Department, Organisation, Post
from apps.members.models import Grant, Signature
from apps.members.permissions import check_is_family, check_may_act, check_may_read, may_read
from apps.members.services import close_grants, open_grant, withdraw_signature
from tests.members.factories import make_parent, make_person, sign_all

pytestmark = pytest.mark.django_db
SOURCE = ("care.doctorcontract", 7)


@pytest.fixture
def child():
    return make_person()


@pytest.fixture
def doctor():
    return make_parent("doctor@example.com", Role.FAMILY_DOCTOR)


@pytest.fixture
def open_to(child, now):
    def open_(user=None, *, rule="family-doctor", source=SOURCE, **fields):
        return open_grant(
            person_id=child.pk,
            grantee_user_id=user.pk if user else None,
            rule=rule,
            purpose="care",
            since=now,
            source=source,
            now=now,
            **fields,
        )

    return open_


def read(user, child, now, purpose="file"):
    return check_may_read(user=user, person_id=child.pk, purpose=purpose, now=now)


def denied(user, child, now, purpose="file"):
    with pytest.raises(NotAllowed):
        read(user, child, now, purpose)
    last = Access.objects.latest("pk")
    return (last.reader_id, last.person_id, last.rule, last.purpose) == (user.pk, child.pk, "denied", purpose)


def test_the_guardian_reads_and_it_is_written_down(child, now):
    assert read(child.registered_by, child, now) == "guardian"
    access = Access.objects.get()
    assert (access.rule, access.purpose, access.at) == ("guardian", "file", now)


def test_an_adult_reads_their_own_and_authorised_family_theirs(now):
    me = make_person(birth_date=date(1985, 3, 1), relation="self")
    father = make_person(birth_date=date(1950, 3, 1), relation="child")
    assert read(me.user, me, now) == "self"
    assert read(father.registered_by, father, now) == "authorised-family"


def test_a_parents_right_ends_on_the_eighteenth_birthday(now):
    child = make_person(birth_date=date(2008, 11, 24))
    assert check_may_act(user=child.registered_by, person=child, now=now) == "guardian"
    tomorrow = now + timedelta(days=1)
    assert denied(child.registered_by, child, tomorrow)
    with pytest.raises(NotAllowed):
        check_may_act(user=child.registered_by, person=child, now=tomorrow)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR, Role.FAMILY_DOCTOR, Role.CLAIMS_OFFICER])
def test_no_role_alone_opens_a_file(child, now, role):
    assert denied(make_parent("x@example.com", role), child, now)


def test_a_person_that_does_not_exist_is_refused_the_same_way(now):
    with pytest.raises(NotAllowed):
        check_may_read(user=make_parent(), person_id=0, purpose="file", now=now)
    assert Access.objects.get().rule == "denied"


def test_a_family_doctor_reads_while_the_contract_lasts(child, doctor, open_to, now):
    assert denied(doctor, child, now)
    open_to(doctor)
    assert read(doctor, child, now) == "family-doctor"
    assert denied(doctor, child, now - timedelta(seconds=1))
    end = now + timedelta(days=3)
    assert close_grants(source=SOURCE, at=end, now=now) == 1
    assert read(doctor, child, end - timedelta(seconds=1)) == "family-doctor"
    assert denied(doctor, child, end)


def test_claim_papers_are_not_for_doctors_nor_the_file_for_handlers(child, doctor, open_to, now):
    open_to(doctor)
    handler = make_parent("officer@example.com", Role.CLAIMS_OFFICER)
    open_to(handler, rule="claim-handler", source=("claims.claim", 1))
    assert denied(doctor, child, now, "claim")
    assert denied(handler, child, now)
    assert read(handler, child, now, "claim") == "claim-handler"


def test_a_department_reads_through_those_who_work_there_now(child, doctor, open_to, now, today):
    hospital = Organisation.objects.create(
        code="h", kind="hospital", level="tertiary", name_zh="医院", name_en="Hospital"
    )
    department = Department.objects.create(organisation=hospital, code="chest", name_zh="呼吸科", name_en="Chest")
    open_to(rule="referral", source=("referrals.referral", 1), grantee_department_id=department.pk)
    assert denied(doctor, child, now)
    post = Post.objects.create(user=doctor, organisation=hospital, department=department, since=today)
    assert read(doctor, child, now) == "referral"
    post.until = today
    post.save()
    assert denied(doctor, child, now)


def test_a_consent_taken_back_closes_the_door_and_signed_again_opens_it(child, doctor, open_to, now):
    open_to(doctor)
    sharing = Signature.objects.get(person=child, text__kind="consent-sharing")
    withdraw_signature(actor=child.registered_by, signature_id=sharing.pk, now=now)
    assert denied(doctor, child, now)
    sign_all(child)
    assert read(doctor, child, now) == "family-doctor"


def test_opening_and_closing_twice_does_it_once(doctor, open_to, now):
    assert open_to(doctor) == open_to(doctor)
    assert Grant.objects.count() == 1
    assert [close_grants(source=SOURCE, at=now, now=now) for _ in range(2)] == [1, 0]
    assert open_to(doctor).until is None
    assert Grant.objects.count() == 2


def test_asking_without_reading_logs_nothing(child, doctor, now):
    assert may_read(user=child.registered_by, person_id=child.pk, purpose="file", now=now)
    assert not may_read(user=doctor, person_id=child.pk, purpose="file", now=now)
    assert not Access.objects.exists()


def test_family_pages_log_only_strangers(child, doctor, now):
    assert check_is_family(user=child.registered_by, person_id=child.pk, purpose="family", now=now) == child
    assert not Access.objects.exists()
    with pytest.raises(NotAllowed):
        check_is_family(user=doctor, person_id=child.pk, purpose="family", now=now)
    assert Access.objects.get().rule == "denied"
