"""Agree with a group on what it pays for its members."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from apps.accounts.models import Role, User
from apps.audit.services import record_event
from apps.core.errors import NotAllowed
from apps.directory.models import Organisation
from apps.enrolments.errors import GroupPaysTooLittle, SecondAgreement
from apps.enrolments.models import Agreement
from apps.enrolments.rules.schedule import Payer
from apps.plans.selectors import terms_of, version_in_force

PAYERS = {
    Organisation.Kind.UNION: Payer.UNION,
    Organisation.Kind.CHARITY: Payer.SPONSOR,
    Organisation.Kind.AUTHORITY: Payer.GOVERNMENT,
}
"""Kinds of organisation that can be a group, and as whom they pay."""


@transaction.atomic
def conclude_agreement(
    *,
    actor: User,
    organisation_id: int,
    plan_code: str,
    group_fen: int,
    members_confirm: bool,
    since: date,
    until: date,
    key: UUID,
    now: datetime,
    facts: Mapping[str, str] | None = None,
) -> Agreement:
    """Agree on one plan for a time; the same key answers the first agreement.

    Raises NotAllowed, NoSuchPlan, GroupPaysTooLittle, SecondAgreement.
    """
    group = Organisation.objects.select_for_update().filter(pk=organisation_id, kind__in=PAYERS).first()
    if group is None or not actor.has_role(Role.TREASURER):
        raise NotAllowed
    done = Agreement.objects.filter(key=key).first()
    if done is not None:
        return done
    price = terms_of(version_in_force(plan_code, since)).price
    highest = max(price.amount, *(amount for _condition, amount in price.instead), 0)
    if not members_confirm and group_fen < highest:
        raise GroupPaysTooLittle(price=f"¥{highest / 100:,.2f}")
    if group.agreements.filter(plan_code=plan_code, since__lte=until, until__gte=since).exists():
        raise SecondAgreement
    agreement = Agreement.objects.create(
        organisation=group,
        plan_code=plan_code,
        payer_label=PAYERS[Organisation.Kind(group.kind)],
        group_fen=group_fen,
        members_confirm=members_confirm,
        facts=dict(facts or {}),
        since=since,
        until=until,
        concluded_by=actor,
        concluded_at=now,
        key=key,
    )
    record_event(
        actor_id=actor.pk,
        action="agreement.concluded",
        target=("enrolments.agreement", agreement.pk),
        now=now,
        detail={"plan": plan_code, "group_fen": group_fen, "members_confirm": members_confirm},
    )
    return agreement
