"""Which plans are open, and their terms ready for the engine."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from apps.accounts.models import User
from apps.plans.errors import NoSuchPlan
from apps.plans.models import PlanDraft, PlanVersion, PlanVersionQuerySet
from apps.plans.rules import Terms, load_terms

_ready: dict[str, Terms] = {}


def published_plans(on: date) -> list[PlanVersion]:
    """The versions in force on a day of all plans that can be joined, in the plans' own order."""
    versions = [version for version in PlanVersion.objects.in_force(on) if version.is_offered]
    return sorted(versions, key=lambda version: (terms_of(version).priority, version.code))


def plan_version(code: str, on: date) -> PlanVersion:
    """The version of a plan that a cover beginning on that day gets.  Raises NoSuchPlan."""
    version = version_in_force(code, on)
    if not version.is_offered:
        raise NoSuchPlan(code=code)
    return version


def version_in_force(code: str, on: date) -> PlanVersion:
    """The version of a plan on a day, also of one that only groups can join.  Raises NoSuchPlan."""
    version = PlanVersion.objects.filter(code=code).in_force(on).first()
    if version is None:
        raise NoSuchPlan(code=code)
    return version


def terms_of(version: PlanVersion) -> Terms:
    """The terms of a version, made ready once a process for each content hash: lists may leave the column out."""
    if version.content_hash not in _ready:
        _ready[version.content_hash] = load_terms(version.terms)
    return _ready[version.content_hash]


def all_versions() -> PlanVersionQuerySet:
    """Every published version, plan by plan, the newest first."""
    return PlanVersion.objects.order_by("code", "-valid_from", "-id")


def open_drafts() -> QuerySet[PlanDraft]:
    """Drafts that are neither published nor dropped, the latest first."""
    drafts = PlanDraft.objects.filter(state__in=PlanDraft.OPEN).select_related("edited_by").defer("text")
    return drafts.order_by("-edited_at")


def drafts_to_publish(user: User) -> int:
    """How many drafts wait for a second person who could be this user."""
    return PlanDraft.objects.filter(state=PlanDraft.State.CHECKED).exclude(edited_by=user).count()
