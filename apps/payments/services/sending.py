"""Send what is due to the bank and find out what became of what is unknown.

Orders are claimed a few at a time, committed before the bank is called for all of these at once; an answer is recorded
only if the order still waits for this very attempt.  Leases and waits are measured by the database's clock.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import datetime

from django.conf import settings
from django.db import transaction

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.core.clock import DATABASE_CLOCK, business_day
from apps.core.errors import N_
from apps.core.fields import UnreadableField
from apps.core.jobs import ring
from apps.fund.selectors import is_frozen
from apps.payments.gateway import Answer, Bank, BankUnsure, Instruction, bank
from apps.payments.models import Order, PayeeAccount
from apps.payments.rules.states import State
from apps.payments.services.asking import MOST_SECONDS, run
from apps.payments.services.claiming import claim_orders, wake_held
from apps.payments.services.orders import record_accepted, record_failed, record_unsure

logger = logging.getLogger(__name__)
NO_ANSWER = N_("The bank gave no clear answer.")
UNREADABLE = N_("The payee's account cannot be read: it was not sent.")
NOT_REPORTED = N_("The sender stopped in the middle.")
ASK_A_PERSON = N_("Sending it again would not be safe: a person must ask the bank.")
AFTER_FREEZE = N_("The bank does not know it. It is sent again when payments may leave again.")
AT_ONCE = 8  # calls to the bank
ASKING_SECONDS = 3.0  # of a run, for what is unknown
MOST_ATTEMPTS = 8
MARGIN_SECONDS = 3600  # before the bank forgets a key

CLAIM_AGAIN = """
UPDATE payments_order SET state = 'submitting', state_at = clock_timestamp(), attempt = attempt + 1,
    next_try_at = NULL, reason = '', lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
WHERE id = %(order)s AND state = 'unknown' AND attempt = %(attempt)s AND attempt < %(most)s
    AND first_sent_at > clock_timestamp() - make_interval(secs => %(life)s)
    AND EXISTS (SELECT 1 FROM payments_payeeaccount p WHERE p.id = payee_account_id AND p.replaced_at IS NULL)
    AND NOT EXISTS (SELECT FROM fund_freeze WHERE state = 'frozen')
RETURNING *
"""
CLAIM_INQUIRY = """
UPDATE payments_order SET inquiries = inquiries + 1,
    next_try_at = clock_timestamp() + make_interval(secs => least(power(2, least(inquiries, 10)), 600))
WHERE id = (
    SELECT o.id FROM payments_order o
    WHERE o.state = 'unknown' AND o.batch_id IS NULL AND o.next_try_at <= clock_timestamp()
    ORDER BY o.next_try_at LIMIT 1 FOR UPDATE SKIP LOCKED
) RETURNING *
"""


def send_due_payments(*, limit: int, now: datetime) -> int:
    """Expire leases, ask about what is unknown, send what is requested; answers how many orders went to the bank.

    Serves the doorbell and the sweeper alike; any number of workers may run it at once.
    """
    expire_leases()
    wake_held()
    began = time.monotonic()
    _, is_all_asked = run(limit, began + ASKING_SECONDS, lambda _: _ask_next(now))
    sent, is_all_sent = run(limit, began + MOST_SECONDS, lambda most: _send_next(min(most, AT_ONCE), now))
    if not (is_all_asked and is_all_sent):
        ring("payments.send_due")
    return sent


def resolve_unknown(*, limit: int, now: datetime) -> int:
    """Ask the bank by key about orders without a clear answer; answers how many were asked about."""
    return run(limit, time.monotonic() + MOST_SECONDS, lambda _: _ask_next(now))[0]


@transaction.atomic
def ask_again(*, order_id: int, actor: User, now: datetime) -> None:
    """Let the bank be asked about an unknown order at once, as a person wants it."""
    unknown = Order.objects.filter(pk=order_id, state=State.UNKNOWN, batch=None)
    if unknown.update(next_try_at=DATABASE_CLOCK):
        record_event(actor_id=actor.pk, action="payments.asked-again", target=("payments.order", order_id), now=now)
        ring("payments.send_due")


def expire_leases() -> int:
    """What a worker left in the middle of sending (killed, stuck) becomes unknown."""
    over = Order.objects.filter(state=State.SUBMITTING, batch=None, lease_until__lte=DATABASE_CLOCK)
    return over.update(
        state=State.UNKNOWN,
        state_at=DATABASE_CLOCK,
        lease_until=None,
        next_try_at=DATABASE_CLOCK,
        reason=NOT_REPORTED,
    )


def _send_next(most: int, now: datetime) -> list[bool]:
    orders = claim_orders(most=most, lease=settings.PAYMENT_LEASE_SECONDS)
    return _send(bank(), orders, now) if orders else []


def _ask_next(now: datetime) -> list[bool]:
    order = _claim(CLAIM_INQUIRY)
    return [] if order is None else [_resolve(bank(), order, now)]


def _claim(query: str, **values: object) -> Order | None:
    with transaction.atomic():
        return next(iter(Order.objects.raw(query, values)), None)


def _send(gateway: Bank, orders: Sequence[Order], now: datetime) -> list[bool]:
    """Send claimed orders, all at once, and record each answer as it comes; tells of each whether it was clear.

    Whatever ends this early leaves the rest to their leases; no thread is waited for then.
    """
    ready = [(order, made) for order in orders if (made := _instruction(order))]
    threads = ThreadPoolExecutor(AT_ONCE)
    try:
        told = {threads.submit(_submitted, gateway, order, made): order for order, made in ready}
        were_clear = [_record(told[answer], answer.result(), now) for answer in as_completed(told)]
    finally:
        threads.shutdown(wait=False, cancel_futures=True)
    return were_clear + [True] * (len(orders) - len(ready))


def _instruction(order: Order) -> Instruction | None:
    """None where the account cannot be read: a person looks at the order, and it stops no other."""
    try:
        account = PayeeAccount.objects.get(pk=order.payee_account_id)
    except UnreadableField:
        logger.exception("The account of order %s cannot be read", order.pk)
        record_unsure(order_id=order.pk, attempt=order.attempt, reason=UNREADABLE, is_for_a_person=True)
        return None
    return Instruction(
        key=order.key,
        amount_fen=order.amount_fen,
        holder_name=account.holder_name,
        bank=account.bank,
        account=account.number,
        memo=f"Gongji {order.purpose}",
    )


def _submitted(gateway: Bank, order: Order, instruction: Instruction) -> Answer | None:
    """What the bank said, None when that is not clear.  Runs in a thread: no database here."""
    try:
        return gateway.submit(instruction)
    except BankUnsure as error:
        logger.warning("Order %s, attempt %s: %s", order.pk, order.attempt, error)
    except Exception:
        logger.exception("Order %s, attempt %s", order.pk, order.attempt)
    return None


def _record(order: Order, answer: Answer | None, now: datetime) -> bool:
    """Write down what became of one attempt; True when the answer was clear."""
    if answer is None:
        record_unsure(order_id=order.pk, attempt=order.attempt, reason=NO_ANSWER)
    elif answer.is_accepted:
        record_accepted(order_id=order.pk, attempt=order.attempt, reference=answer.reference)
    else:
        record_failed(
            order_id=order.pk,
            attempt=order.attempt,
            reason=answer.reason,
            reference=answer.reference,
            day=business_day(now),
            now=now,
        )
    return answer is not None


def _resolve(gateway: Bank, order: Order, now: datetime) -> bool:
    """Take the bank's word; if it never heard of the key, send again with the same key while that is safe."""
    try:
        answer = gateway.inquire(order.key)
    except BankUnsure:
        return False
    if answer is not None:
        return _record(order, answer, now)
    unsent = Order.objects.filter(pk=order.pk, state=State.UNKNOWN, attempt=order.attempt)
    if is_frozen():
        unsent.update(reason=AFTER_FREEZE)  # asked again later, as after any inquiry
        return True
    life = max(gateway.key_life.total_seconds() - MARGIN_SECONDS, 0)
    lease = settings.PAYMENT_LEASE_SECONDS
    again = _claim(CLAIM_AGAIN, order=order.pk, attempt=order.attempt, most=MOST_ATTEMPTS, life=life, lease=lease)
    if again is not None:
        return all(_send(gateway, [again], now))
    unsent.update(next_try_at=None, reason=ASK_A_PERSON)
    return True
