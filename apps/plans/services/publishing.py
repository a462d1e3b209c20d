"""Publishing plan versions."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.plans.errors import PlanVersionChanged, TermsInvalid
from apps.plans.files import PlanFile, catalogue_files
from apps.plans.models import PlanVersion
from apps.plans.rules import content_hash
from apps.plans.rules.checking import problems_of


@transaction.atomic
def publish_catalogue(*, now: datetime, actor: User | None = None) -> list[PlanVersion]:
    """Publish every plan version of the catalogue that is not published yet; gives the new ones.

    Raises TermsInvalid when one does not hold together, PlanVersionChanged when a published one was edited.
    """
    return [made for file in catalogue_files() if (made := publish_terms(file=file, now=now, actor=actor))]


@transaction.atomic
def publish_terms(*, file: PlanFile, now: datetime, actor: User | None = None) -> PlanVersion | None:
    """Publish one version; None when exactly this one is published already."""
    terms, digest = file.terms, content_hash(file.data)
    problems = problems_of(terms)
    if problems:
        raise TermsInvalid(*(f"{terms.code} {terms.version}: {problem}" for problem in problems))
    version, is_new = PlanVersion.objects.get_or_create(
        code=terms.code,
        version=terms.version,
        defaults={
            "terms": file.data,
            "content_hash": digest,
            "is_offered": terms.offered,
            "published_at": now,
            "valid_from": terms.valid_from,
            "valid_until": terms.valid_until,
        },
    )
    if version.content_hash != digest:
        raise PlanVersionChanged(code=terms.code, version=terms.version)
    if not is_new:
        return None
    record_event(
        actor_id=actor.pk if actor else None,
        action="plans.published",
        target=("plans.planversion", version.pk),
        now=now,
        detail={"code": terms.code, "version": terms.version, "content_hash": digest},
    )
    return version
