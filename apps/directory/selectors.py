"""Reads of who works where."""

from django.db.models import QuerySet

from apps.directory.models import Department, Organisation, Post


def clinics() -> QuerySet[Organisation]:
    return Organisation.objects.filter(kind=Organisation.Kind.CLINIC)


def hospitals() -> QuerySet[Organisation]:
    return Organisation.objects.filter(kind=Organisation.Kind.HOSPITAL)


def departments_of_hospitals() -> QuerySet[Department]:
    return Department.objects.filter(organisation__kind=Organisation.Kind.HOSPITAL).select_related("organisation")


def open_posts_of(user_id: int) -> QuerySet[Post]:
    return Post.objects.filter(user_id=user_id, until=None).select_related("organisation", "department")
