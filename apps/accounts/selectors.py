"""Reads of people who can sign in."""

from django.db.models import Q, QuerySet

from apps.accounts.models import User


def users(search: str = "") -> QuerySet[User]:
    """People whose name or e-mail contains the text, those with roles first."""
    everyone = User.objects.order_by("-roles", "name", "pk")
    return everyone.filter(Q(name__icontains=search) | Q(email__icontains=search)) if search else everyone
