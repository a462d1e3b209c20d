"""What the database itself holds about clinics, departments and posts."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from apps.directory.models import Department, Organisation, Post
from apps.directory.selectors import clinics, departments_of_hospitals, hospitals, open_posts_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic():
    return Organisation.objects.create(code="c1", kind="clinic", level="primary", name_zh="一号", name_en="Clinic 1")


@pytest.fixture
def hospital():
    return Organisation.objects.create(code="h", kind="hospital", level="tertiary", name_zh="医院", name_en="Hospital")


def refused(name):
    return pytest.raises(IntegrityError, match=name)


def test_a_clinic_without_a_level_is_refused(clinic):
    with refused("care_givers_have_a_level"), transaction.atomic():
        Organisation.objects.filter(pk=clinic.pk).update(level="")


def test_a_department_code_is_used_once_in_a_hospital(hospital):
    Department.objects.create(organisation=hospital, code="resp", name_zh="呼吸", name_en="Respiratory")
    with refused("department_code_once"), transaction.atomic():
        Department.objects.create(organisation=hospital, code="resp", name_zh="呼吸", name_en="Respiratory")


def test_one_open_post_for_a_person_at_an_organisation(clinic, make_user):
    user = make_user()
    post = Post.objects.create(user=user, organisation=clinic, since=date(2026, 1, 1))
    with refused("one_open_post_an_organisation"), transaction.atomic():
        Post.objects.create(user=user, organisation=clinic, since=date(2026, 2, 1))
    with refused("post_ends_after_it_starts"), transaction.atomic():
        Post.objects.filter(pk=post.pk).update(until=date(2025, 1, 1))


def test_names_follow_the_language_of_the_reader(clinic):
    assert str(clinic) == "Clinic 1"
    with translation.override("zh-hans"):
        assert str(clinic) == "一号"


def test_the_directory_tells_clinics_from_hospitals_and_who_works_where(clinic, hospital, make_user):
    department = Department.objects.create(organisation=hospital, code="resp", name_zh="呼吸", name_en="Respiratory")
    user = make_user()
    post = Post.objects.create(user=user, organisation=hospital, department=department, since=date(2026, 1, 1))
    Post.objects.create(user=user, organisation=clinic, since=date(2025, 1, 1), until=date(2025, 6, 1))
    assert list(clinics()) == [clinic]
    assert list(hospitals()) == [hospital]
    assert list(departments_of_hospitals()) == [department]
    assert list(open_posts_of(user.pk)) == [post]
    assert str(post) == f"{user.pk} at {hospital.pk}"
