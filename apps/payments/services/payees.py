"""Name the bank account somebody is paid on."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from apps.audit.services import record_event
from apps.core.fields import blind_index
from apps.payments.errors import WrongAccountNumber
from apps.payments.models import PayeeAccount

if TYPE_CHECKING:
    from apps.accounts.models import User

HOLD = timedelta(hours=48)


def account_index(number: str) -> str:
    """By which an account number is compared without being read."""
    return blind_index(number, purpose="payee-account")


def clean_number(number: str) -> str:
    """Digits only.  Raises WrongAccountNumber."""
    digits = "".join(unicodedata.normalize("NFKC", number).replace("-", " ").split())
    if not (digits.isascii() and digits.isdigit() and 8 <= len(digits) <= 30):
        raise WrongAccountNumber
    return digits


@transaction.atomic
def name_payee_account(
    *,
    owner: tuple[str, int],
    holder_name: str,
    bank: str,
    number: str,
    actor: User | None,
    key: UUID,
    now: datetime,
) -> PayeeAccount:
    """Name the account ``owner`` (label, id) is paid on: the first at once, a changed one after 48 hours.

    The calling app tells the owner of a change (``usable_from`` is later than ``created_at``).
    Raises WrongAccountNumber.
    """
    known = PayeeAccount.objects.filter(key=key).first()
    if known is not None:
        return known
    digits = clean_number(number)
    label, owner_id = owner
    open_ones = PayeeAccount.objects.select_for_update().filter(owner_label=label, owner_id=owner_id, replaced_at=None)
    before = open_ones.first()
    if before and (before.number_index, before.holder_name) == (account_index(digits), holder_name):
        return before
    open_ones.update(replaced_at=now)
    account = PayeeAccount.objects.create(
        owner_label=label,
        owner_id=owner_id,
        holder_name=holder_name,
        bank=bank,
        number=digits,
        number_index=account_index(digits),
        number_tail=digits[-4:],
        key=key,
        created_at=now,
        usable_from=now + HOLD if before else now,
    )
    record_event(
        actor_id=actor.pk if actor else None,
        action="payments.payee_account_named",
        target=("payments.payeeaccount", account.pk),
        now=now,
        detail={"replaces": before.pk if before else None},
    )
    return account
