"""Write what waits to be sent into a file for the bank, for days on which the line to it is down.

From then on the orders are being sent by file: no worker sends or asks about them, the statement settles them.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.core.errors import NotAllowed
from apps.fund.selectors import is_frozen
from apps.payments.errors import BatchDiffers, NothingToSend, PaymentsFrozen
from apps.payments.models import Batch
from apps.payments.permissions import PROPOSERS
from apps.payments.rules.files import Payment, batch_text
from apps.payments.services.claiming import claim_orders

LABEL = "payments.batch"
MOST = 1_000
LEASE_SECONDS = 365 * 24 * 3600.0  # a file has no lease: it never becomes unknown by itself


@transaction.atomic
def make_batch(*, actor: User, key: UUID, now: datetime) -> Batch:
    """Take the next 1,000 that wait to be sent into one file, but for those that must wait longer.

    Raises NotAllowed, PaymentsFrozen, NothingToSend.
    """
    _check(actor)
    known = Batch.objects.filter(key=key).first()
    if known is not None:
        return known
    batch = Batch.objects.create(key=key, made_by=actor, made_at=now)
    count = len(claim_orders(most=MOST, lease=LEASE_SECONDS, batch_id=batch.pk))
    if not count:
        raise NothingToSend
    batch.sha256 = hashlib.sha256(_content(batch)).hexdigest()
    batch.save(update_fields=["sha256"])
    detail = {"orders": count}
    record_event(actor_id=actor.pk, action="payments.batch-made", target=(LABEL, batch.pk), now=now, detail=detail)
    return batch


def batch_file(*, batch: Batch, actor: User, now: datetime) -> bytes:
    """The file, the same bytes each time; each look is noted.  Raises NotAllowed, PaymentsFrozen, BatchDiffers."""
    _check(actor)
    content = _content(batch)
    if hashlib.sha256(content).hexdigest() != batch.sha256:
        raise BatchDiffers
    record_event(actor_id=actor.pk, action="payments.batch-read", target=(LABEL, batch.pk), now=now)
    return content


def _check(actor: User) -> None:
    """Raises NotAllowed, PaymentsFrozen."""
    if not actor.has_role(*PROPOSERS):
        raise NotAllowed
    if is_frozen():
        raise PaymentsFrozen


def _content(batch: Batch) -> bytes:
    orders = batch.orders.select_related("payee_account").order_by("id")
    return batch_text(
        Payment(
            number=number,
            account=order.payee_account.number,
            holder_name=order.payee_account.holder_name,
            bank=order.payee_account.bank,
            amount_fen=order.amount_fen,
            memo=f"Gongji {order.purpose}",
            key=order.key,
        )
        for number, order in enumerate(orders, start=1)
    )
