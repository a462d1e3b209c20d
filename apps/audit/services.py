"""Write down what was done and what was read."""

from collections.abc import Mapping
from datetime import datetime

from apps.audit.models import Access, Event


def record_event(
    *,
    actor_id: int | None,
    action: str,
    target: tuple[str, int],
    now: datetime,
    detail: Mapping[str, object] | None = None,
) -> Event:
    """Add an event; ``target`` is (label, id) as ``("claims.claim", 7)``.  No personal data in ``detail``, ever."""
    event = new_event(actor_id=actor_id, action=action, target=target, now=now, detail=detail)
    event.save(force_insert=True)
    return event


def new_event(
    *,
    actor_id: int | None,
    action: str,
    target: tuple[str, int],
    now: datetime,
    detail: Mapping[str, object] | None = None,
) -> Event:
    """The event as ``record_event`` would add it, for who writes many rows together."""
    label, target_id = target
    return Event(
        at=now,
        actor_id=actor_id,
        action=action,
        target_label=label,
        target_id=target_id,
        detail=dict(detail or {}),
    )


def record_events(*events: Event) -> None:
    """Add many events in one statement."""
    Event.objects.bulk_create(events)


def record_access(*, reader_id: int, person_id: int, rule: str, purpose: str, now: datetime) -> Access:
    """Add a look at a person's medical data with the rule that allowed or denied it."""
    return Access.objects.create(at=now, reader_id=reader_id, person_id=person_id, rule=rule, purpose=purpose)
