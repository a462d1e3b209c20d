"""Plan versions for tests."""

import copy
from datetime import UTC, date, datetime

from apps.plans.files import PlanFile
from apps.plans.models import PlanVersion
from apps.plans.rules import content_hash, load_terms


def changed(data, **fields):
    """A plan file with some fields replaced."""
    new = {**copy.deepcopy(data), **fields}
    return PlanFile(load_terms(new), new)


def plan_row(code, version, data=None, **fields):
    """A published version written straight to the database."""
    data = {**(data or {}), "code": code, "version": version}
    values = {
        "terms": data,
        "content_hash": content_hash(data),
        "is_offered": True,
        "published_at": datetime(2021, 1, 1, tzinfo=UTC),
        "valid_from": date(2021, 1, 1),
    }
    return PlanVersion.objects.create(code=code, version=version, **{**values, **fields})
