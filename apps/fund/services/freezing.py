"""Lift the freeze of payments when the gap after a restore is explained."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.fund.models import Freeze


@transaction.atomic
def lift_freeze(*, freeze_id: int, actor: User, now: datetime) -> Freeze:
    """Let payments leave again; lifted twice, it is lifted once.  The caller has checked that nothing is open."""
    freeze = Freeze.objects.select_for_update(of=("self",)).get(pk=freeze_id)
    if freeze.state == Freeze.State.FROZEN:
        freeze.state, freeze.lifted_by, freeze.lifted_at = Freeze.State.LIFTED, actor, now
        freeze.save()
        record_event(actor_id=actor.pk, action="freeze-lifted", target=("fund.freeze", freeze.pk), now=now)
    return freeze
