"""Drafts of terms: begun from a published version, saved as they are typed, published by a second person."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.core.clock import business_day
from apps.plans.drafting import reading_of, source_of
from apps.plans.errors import DraftEnded, DraftMoved, DraftNotReady, SecondPersonNeeded
from apps.plans.files import PlanFile
from apps.plans.models import PlanDraft, PlanVersion
from apps.plans.services.publishing import publish_terms

LABEL = "plans.plandraft"
State = PlanDraft.State


@transaction.atomic
def start_draft(*, actor: User, based_on: PlanVersion, key: UUID, now: datetime) -> PlanDraft:
    """A draft with the text of a published version; the same key gives the first one again."""
    draft, is_new = PlanDraft.objects.get_or_create(
        key=key,
        defaults={
            "title": str(based_on),
            "text": source_of(based_on),
            "based_on": based_on,
            "created_at": now,
            "edited_by": actor,
            "edited_at": now,
        },
    )
    if is_new:
        _record(actor, "plans.draft-started", draft, now, based_on=based_on.content_hash)
    return draft


@transaction.atomic
def write_draft(*, actor: User, draft_id: int, text: str, floor: str, revision: int, now: datetime) -> PlanDraft:
    """Save what was typed, whatever it says, and check it.  Raises DraftEnded, DraftMoved."""
    draft = _open_draft(draft_id)
    if draft.revision != revision:
        raise DraftMoved(name=draft.edited_by.name)
    draft.text, draft.floor = text, floor
    draft.edited_by, draft.edited_at, draft.revision = actor, now, revision + 1
    reading = reading_of(draft, business_day(now))
    if reading.terms is not None:
        draft.title = f"{reading.terms.code} {reading.terms.version}"[:120]
    draft.state = State.CHECKED if reading.is_ready else State.WRITTEN
    draft.save()
    _record(actor, "plans.draft-saved", draft, now, revision=draft.revision, state=draft.state)
    return draft


@transaction.atomic
def publish_draft(*, actor: User, draft_id: int, revision: int, now: datetime) -> PlanVersion:
    """Publish what the reader saw.  Raises DraftEnded, DraftMoved, SecondPersonNeeded, DraftNotReady."""
    draft = _open_draft(draft_id)
    if draft.revision != revision:
        raise DraftMoved(name=draft.edited_by.name)
    if draft.edited_by_id == actor.pk:
        raise SecondPersonNeeded
    reading = reading_of(draft, business_day(now))
    version = None
    if reading.terms is not None and reading.is_ready:
        file = PlanFile(reading.terms, reading.written.source.data, draft.text)
        version = publish_terms(file=file, now=now, actor=actor)
    if version is None:
        raise DraftNotReady
    draft.state, draft.version, draft.published_by = State.PUBLISHED, version, actor
    draft.save()
    return version


@transaction.atomic
def drop_draft(*, actor: User, draft_id: int, now: datetime) -> PlanDraft:
    """Give a draft up; its text stays readable.  Raises DraftEnded."""
    draft = _open_draft(draft_id)
    draft.state = State.DROPPED
    draft.save()
    _record(actor, "plans.draft-dropped", draft, now)
    return draft


def _open_draft(draft_id: int) -> PlanDraft:
    draft = PlanDraft.objects.select_for_update(of=("self",)).select_related("edited_by").get(pk=draft_id)
    if not draft.is_open:
        raise DraftEnded
    return draft


def _record(actor: User, action: str, draft: PlanDraft, now: datetime, **detail: Any) -> None:
    record_event(actor_id=actor.pk, action=action, target=(LABEL, draft.pk), now=now, detail=detail)
