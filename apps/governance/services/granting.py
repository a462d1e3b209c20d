"""What the council granted, on its way to whom it is for; unspent money lapses back to the surplus by rule."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction

from apps.accounts.models import User
from apps.core.clock import business_day
from apps.core.errors import NotAllowed
from apps.fund.rules.postings import Posting
from apps.fund.services import book
from apps.governance.errors import GrantNotPayable, NoAccount
from apps.governance.models import Line
from apps.governance.permissions import ACCOUNT_KEEPERS
from apps.governance.rules.lapsing import has_lapsed
from apps.governance.rules.states import Event
from apps.governance.selectors import LINE, lapse_key, payee_accounts, unpaid_grants
from apps.governance.services.recording import locked, note
from apps.payments.models import Order
from apps.payments.rules.states import State
from apps.payments.selectors import order_of
from apps.payments.services import request_payment

logger = logging.getLogger(__name__)
ENDED = (State.SETTLED, State.FAILED, State.RETURNED)


def grant(lines: Sequence[Line], *, now: datetime) -> None:
    """Move each line's money from the surplus to its own account and ask for its payment."""
    for line in lines:
        book(
            Posting.APPROPRIATED,
            amount_fen=line.amount_fen,
            account=line.account,
            key=f"appropriated:{line.key}",
            effective_date=business_day(now),
            source=(LINE, line.pk),
            now=now,
        )
        # By the resolution's own key: the row id of one that was lost in a restore is given to another.
        _ask(line, line.payee_account_id, key=f"appropriation:{line.resolution.key}:{line.position}", now=now)


def _ask(line: Line, account_id: int, *, key: str, actor: User | None = None, now: datetime) -> Order:
    return request_payment(
        key=key,
        purpose="appropriation",
        source=(LINE, line.pk),
        payee_account_id=account_id,
        amount_fen=line.amount_fen,
        owed_account=line.account,
        caused_by=actor.pk if actor else None,
        now=now,
    )


@transaction.atomic
def pay_grant_again(*, line_id: int, actor: User, now: datetime) -> Order:
    """After a payment that failed or came back, ask for it again to the payee's account of today.

    Asked twice, it is paid once.  Raises NotAllowed, GrantNotPayable, NoAccount.
    """
    if not actor.has_role(*ACCOUNT_KEEPERS):
        raise NotAllowed
    line = Line.objects.select_related("resolution", "payee").get(pk=line_id)
    locked(line.resolution_id)
    order = order_of(LINE, line.pk)
    if order and order.caused_by_id == actor.pk and order.state not in ENDED:
        return order  # asked for a moment ago
    unpaid = unpaid_grants([line.pk]).get(line.pk)
    if order is None or unpaid is None or not unpaid.is_payable_again:
        raise GrantNotPayable
    account = payee_accounts([line.payee_id]).get(line.payee_id)
    if account is None:
        raise NoAccount(payee=str(line.payee))
    note(line.resolution, Event.PAID_AGAIN, seat=None, actor=actor, now=now, reason=str(line.position))
    return _ask(line, account.pk, key=f"appropriation:after:{order.key}", actor=actor, now=now)


def lapse_grants(*, now: datetime) -> int:
    """Give back to the surplus what could not be paid for long, or what two people declined to pay."""
    return sum(_lapsed(line_id, now) for line_id in unpaid_grants())


def _lapsed(line_id: int, now: datetime) -> bool:
    """Whether it lapsed; one that cannot does not hold up the others and is tried again."""
    try:
        return _lapse(line_id, now=now)
    except SoftTimeLimitExceeded:
        raise
    except Exception:
        logger.exception("Line %s of a resolution could not lapse", line_id)
        return False


@transaction.atomic
def _lapse(line_id: int, *, now: datetime) -> bool:
    line = Line.objects.select_related("resolution").get(pk=line_id)
    locked(line.resolution_id)
    unpaid = unpaid_grants([line_id]).get(line_id)
    if (
        unpaid is None
        or unpaid.is_kept
        or not has_lapsed(ended_at=unpaid.ended_at, is_declined=unpaid.is_declined, now=now)
    ):
        return False
    book(
        Posting.APPROPRIATION_LAPSED,
        amount_fen=line.amount_fen,
        account=line.account,
        key=lapse_key(line.key, unpaid.order_id),
        effective_date=business_day(now),
        source=(LINE, line.pk),
        now=now,
    )
    note(line.resolution, Event.LAPSED, seat=None, now=now, reason=str(line.position))
    return True
