"""Which plans are open, and their terms ready for the engine."""

from __future__ import annotations

from datetime import date

from apps.plans.errors import NoSuchPlan
from apps.plans.models import PlanVersion
from apps.plans.rules import Terms, load_terms

_ready: dict[str, Terms] = {}


def published_plans(on: date) -> list[PlanVersion]:
    """The versions in force on a day of all plans that can be joined, in the plans' own order."""
    versions = [version for version in PlanVersion.objects.in_force(on) if version.is_offered]
    return sorted(versions, key=lambda version: (terms_of(version).priority, version.code))


def plan_version(code: str, on: date) -> PlanVersion:
    """The version of a plan that a cover beginning on that day gets.  Raises NoSuchPlan."""
    version = PlanVersion.objects.filter(code=code).in_force(on).first()
    if version is None or not version.is_offered:
        raise NoSuchPlan(code=code)
    return version


def terms_of(version: PlanVersion) -> Terms:
    """The terms of a version, made ready once a process for each content hash: lists may leave the column out."""
    if version.content_hash not in _ready:
        _ready[version.content_hash] = load_terms(version.terms)
    return _ready[version.content_hash]
