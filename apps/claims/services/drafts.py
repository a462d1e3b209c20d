"""Keep what is typed into the form on the server, so that an expired session or the back button loses nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.accounts.models import User
from apps.claims.models import ClaimDraft
from apps.claims.permissions import check_may_file
from apps.claims.selectors import contents
from apps.core.errors import NotAllowed
from apps.members.selectors import people_of

KEPT_FOR = timedelta(days=30)
OPEN_TO_LATE_POSTS = timedelta(hours=12)


@transaction.atomic
def start_draft(*, owner: User, person_id: int, kind: str, key: UUID, now: datetime) -> ClaimDraft:
    """Begin a form for one of the owner's people; the same key answers the same draft.  Raises NotAllowed."""
    check_may_file(people_of(owner).filter(pk=person_id).first(), now=now)
    data = json.dumps({"person": person_id, "kind": kind})
    draft, _ = ClaimDraft.objects.get_or_create(
        key=key, defaults={"owner": owner, "data": data, "created_at": now, "touched_at": now}
    )
    if draft.owner_id != owner.pk:
        raise NotAllowed
    return draft


@transaction.atomic
def save_section(*, key: UUID, section: str, values: Mapping[str, Any], now: datetime) -> ClaimDraft | None:
    """Keep one section as typed, right or wrong; None when the draft was sent or is gone."""
    draft = ClaimDraft.objects.select_for_update().filter(key=key, sent_at=None).first()
    if draft is None:
        return None
    draft.data = json.dumps({**contents(draft), section: dict(values)})
    draft.touched_at = now
    draft.save(update_fields=["data", "touched_at"])
    return draft


def takes_late_posts(draft: ClaimDraft, *, now: datetime) -> bool:
    """Whether what was posted after the session ended may be kept: the address is unguessable and was open lately."""
    return draft.sent_at is None and draft.touched_at > now - OPEN_TO_LATE_POSTS


@transaction.atomic
def drop_draft(*, key: UUID, owner: User) -> None:
    """The owner throws an unsent draft away."""
    ClaimDraft.objects.filter(key=key, owner=owner, sent_at=None).delete()


@transaction.atomic
def forget_drafts(*, now: datetime) -> int:
    """Remove unsent drafts nobody has touched for a month; answers how many."""
    return ClaimDraft.objects.filter(sent_at=None, touched_at__lt=now - KEPT_FOR).delete()[0]
