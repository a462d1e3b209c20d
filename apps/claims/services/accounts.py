"""The account on which a family is paid."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.accounts.models import User
from apps.claims.standing import OWNER
from apps.payments.models import PayeeAccount
from apps.payments.services.payees import name_payee_account
from apps.reminders.services import News, remind


def current_account(user: User) -> PayeeAccount | None:
    """The account the user is paid on today."""
    return PayeeAccount.objects.filter(owner_label=OWNER, owner_id=user.pk, replaced_at=None).first()


@transaction.atomic
def name_account(*, actor: User, holder_name: str, bank: str, number: str, key: UUID, now: datetime) -> PayeeAccount:
    """Name the account; a change is told to the owner and held a while.  Raises WrongAccountNumber."""
    account = name_payee_account(
        owner=(OWNER, actor.pk), holder_name=holder_name, bank=bank, number=number, actor=actor, key=key, now=now
    )
    if account.usable_from > account.created_at:
        parameters = {"tail": account.number_tail, "usable_at": account.usable_from}
        remind(News([actor.pk], "account-changed", parameters, key=f"account-changed:{account.pk}"), now=now)
    return account
