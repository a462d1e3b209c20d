"""Publishing plan versions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction

from apps.accounts.models import User
from apps.audit.models import Event
from apps.audit.services import new_event
from apps.core.writing import id_sequence, inserts, next_values, run_together
from apps.plans.errors import PlanVersionChanged, TermsInvalid
from apps.plans.files import PlanFile, catalogue_files
from apps.plans.models import PlanVersion
from apps.plans.rules import content_hash
from apps.plans.rules.checking import problems_of

ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(7303, 1)"


def publish_catalogue(*, now: datetime, actor: User | None = None) -> list[PlanVersion]:
    """Publish every plan version of the catalogue that is not published yet; gives the new ones.

    Raises TermsInvalid when a new one does not hold together, PlanVersionChanged when a published one was edited.
    """
    return _publish(catalogue_files(), now=now, actor=actor)


def publish_terms(*, file: PlanFile, now: datetime, actor: User | None = None) -> PlanVersion | None:
    """Publish one version; None when exactly this one is published already.  Raises as for the catalogue."""
    return next(iter(_publish([file], now=now, actor=actor)), None)


@transaction.atomic
def _publish(files: Iterable[PlanFile], *, now: datetime, actor: User | None) -> list[PlanVersion]:
    with connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME)
    known = {
        (code, version): digest
        for code, version, digest in PlanVersion.objects.values_list("code", "version", "content_hash")
    }
    new = [version for file in files if (version := _version(file, known, now))]
    if new:
        ids = next_values(*[id_sequence(PlanVersion)] * len(new))
        for version, pk in zip(new, ids, strict=True):
            version.pk = pk
        run_together(*inserts(*new, *(_published(version, actor, now) for version in new)))
    return new


def _published(version: PlanVersion, actor: User | None, now: datetime) -> Event:
    return new_event(
        actor_id=actor.pk if actor else None,
        action="plans.published",
        target=("plans.planversion", version.pk),
        now=now,
        detail={"code": version.code, "version": version.version, "content_hash": version.content_hash},
    )


def _version(file: PlanFile, known: dict[tuple[str, str], str], now: datetime) -> PlanVersion | None:
    """The row of a version not known yet; one that is known must be this very one."""
    terms, digest = file.terms, content_hash(file.data)
    published = known.get((terms.code, terms.version))
    if published is not None:
        if published != digest:
            raise PlanVersionChanged(code=terms.code, version=terms.version)
        return None
    problems = problems_of(terms)
    if problems:
        raise TermsInvalid(*(f"{terms.code} {terms.version}: {problem}" for problem in problems))
    known[terms.code, terms.version] = digest
    return PlanVersion(
        code=terms.code,
        version=terms.version,
        terms=file.data,
        content_hash=digest,
        is_offered=terms.offered,
        published_at=now,
        valid_from=terms.valid_from,
        valid_until=terms.valid_until,
    )
