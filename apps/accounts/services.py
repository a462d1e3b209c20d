"""Give and take roles."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from apps.accounts.errors import LastAdministrator
from apps.accounts.models import Role, User
from apps.audit.services import record_event


@transaction.atomic
def set_roles(*, user_id: int, roles: Collection[str], actor: User, now: datetime) -> User:
    """Replace the roles of a user.  Raises LastAdministrator when nobody would be left to give roles."""
    user = User.objects.select_for_update().get(pk=user_id)
    before, after = sorted(user.roles), sorted(set(roles))
    if Role.ADMINISTRATOR in before and Role.ADMINISTRATOR not in after:
        others = User.objects.filter(roles__contains=[Role.ADMINISTRATOR], is_active=True).exclude(pk=user.pk)
        if not others.exists():
            raise LastAdministrator
    if before != after:
        user.roles = after
        user.save(update_fields=["roles"])
        record_event(
            actor_id=actor.pk,
            action="roles.set",
            target=("accounts.user", user.pk),
            now=now,
            detail={"before": before, "after": after},
        )
    return user
