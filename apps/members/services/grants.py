"""Open and close leave to read about a person, in the transaction of what gives or ends the right."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from apps.audit.services import record_event
from apps.members.models import Grant


@transaction.atomic
def open_grant(
    *,
    person_id: int,
    rule: str,
    purpose: str,
    since: datetime,
    source: tuple[str, int],
    now: datetime,
    grantee_user_id: int | None = None,
    grantee_department_id: int | None = None,
    until: datetime | None = None,
) -> Grant:
    """Let one user or one department read about a person; repeating it gives the open grant again.

    ``source`` is (label, id) of what gives the right, by which ``close_grants`` finds it.
    """
    label, source_id = source
    same = {
        "person_id": person_id,
        "grantee_user_id": grantee_user_id,
        "grantee_department_id": grantee_department_id,
        "rule": rule,
        "source_label": label,
        "source_id": source_id,
        "until": until,
    }
    grant = Grant.objects.filter(**same).first()
    if grant is None:
        grant = Grant.objects.create(**same, purpose=purpose, since=since)
        record_event(
            actor_id=None,
            action="grant.opened",
            target=("members.grant", grant.pk),
            now=now,
            detail={"rule": rule, "source": f"{label}:{source_id}"},
        )
    return grant


@transaction.atomic
def close_grants(*, source: tuple[str, int], at: datetime, now: datetime) -> int:
    """End the open grants of a source at a moment (30 days ahead for a closed referral); how many there were."""
    label, source_id = source
    grants = list(Grant.objects.select_for_update().filter(source_label=label, source_id=source_id, until=None))
    for grant in grants:
        grant.until = max(at, grant.since)
        grant.save(update_fields=["until"])
        record_event(actor_id=None, action="grant.closed", target=("members.grant", grant.pk), now=now)
    return len(grants)
