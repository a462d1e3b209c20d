"""Take the next orders to be sent; on the way, put aside what must wait.

The totals of the day are raised in the same transaction; their row locks, taken in one order, are what makes the limits
exact however many workers there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection, transaction

from apps.payments.models import Order
from apps.payments.rules.holding import Sending, hold_before_sending
from apps.payments.selectors import limits_in_force

NEXT = """
SELECT o.*, p.number_index, p.replaced_at IS NULL AS account_is_current
FROM payments_order o JOIN payments_payeeaccount p ON p.id = o.payee_account_id
WHERE o.state = 'requested' AND p.usable_from <= clock_timestamp()
    AND NOT EXISTS (SELECT FROM fund_freeze WHERE state = 'frozen')
ORDER BY o.id LIMIT %(most)s FOR UPDATE OF o SKIP LOCKED
"""
LOCK_TOTALS = """
WITH today AS MATERIALIZED (SELECT payments_today() AS day)
INSERT INTO payments_daytotal (day, number_index, sent_fen)
SELECT day, number_index, 0 FROM today, unnest(%(indexes)s::text[]) AS number_index
ON CONFLICT (day, number_index) DO UPDATE SET sent_fen = payments_daytotal.sent_fen
RETURNING number_index, sent_fen, day
"""
STORE_TOTALS = """
UPDATE payments_daytotal t SET sent_fen = n.sent_fen
FROM unnest(%(indexes)s::text[], %(fen)s::bigint[]) AS n (number_index, sent_fen)
WHERE t.day = %(day)s AND t.number_index = n.number_index
"""
SUBMIT = """
UPDATE payments_order SET state = 'submitting', state_at = clock_timestamp(), attempt = attempt + 1,
    first_sent_at = coalesce(first_sent_at, clock_timestamp()), next_try_at = NULL, reason = '', held_until = NULL,
    batch_id = %(batch)s, lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
WHERE id = ANY(%(orders)s) RETURNING *
"""
HOLD = """
UPDATE payments_order SET state = 'held', state_at = clock_timestamp(), reason = %(reason)s, release_id = NULL,
    held_until = CASE WHEN %(until_tomorrow)s THEN %(day)s + 1 END
WHERE id = %(order)s
"""
WAKE = """
UPDATE payments_order SET state = 'requested', state_at = clock_timestamp(), reason = '', held_until = NULL
WHERE state = 'held' AND held_until <= payments_today() AND NOT needs_release
"""
COMPARE_AGAIN = """
UPDATE payments_order SET held_until = payments_today()
WHERE state = 'held' AND held_until > payments_today() AND NOT needs_release
"""

OF_ALL = ""
"""The total of the day that counts for every account."""


def claim_orders(*, most: int, lease: float, batch_id: int | None = None) -> list[Order]:
    """The next orders that may go, in the order in which they were asked for; empty only when nothing is left.

    Outside a transaction they are committed as claimed when this returns.
    """
    while True:
        with transaction.atomic():
            due = list(Order.objects.raw(NEXT, {"most": most}))
            going = _put_aside(due)
            if going or not due:
                return _claimed(going, lease, batch_id)


def _claimed(going: Sequence[Order], lease: float, batch_id: int | None) -> list[Order]:
    if not going:
        return []
    values = {"orders": [order.pk for order in going], "lease": lease, "batch": batch_id}
    return sorted(Order.objects.raw(SUBMIT, values), key=lambda order: order.pk)


def _put_aside(due: Sequence[Order]) -> list[Order]:
    """Count orders into their day, hold those that must wait, answer the others."""
    if not due:
        return []
    day, sent = _locked_totals(due)
    limits, going = limits_in_force(), list[Order]()
    for order in due:
        index, fen = order.number_index, order.amount_fen  # type: ignore[attr-defined]
        sending = Sending(
            is_released=order.release_id is not None,
            needs_release=order.needs_release,
            account_is_current=order.account_is_current,  # type: ignore[attr-defined]
            amount_fen=fen,
            payee_day_fen=sent[index] + fen,
            day_fen=sent[OF_ALL] + fen,
        )
        hold = hold_before_sending(sending, limits)
        if hold is None:
            going.append(order)
            sent[index], sent[OF_ALL] = sending.payee_day_fen, sending.day_fen
        else:
            _run(HOLD, order=order.pk, reason=hold.reason, until_tomorrow=hold.until_tomorrow, day=day)
    if going:
        _run(STORE_TOTALS, day=day, indexes=list(sent), fen=list(sent.values()))
    return going


def _locked_totals(due: Sequence[Order]) -> tuple[date, dict[str, int]]:
    """The day that counts, and what has gone out on it in all and to the accounts of the orders, locked."""
    indexes = sorted({OF_ALL, *(order.number_index for order in due)})  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        cursor.execute(LOCK_TOTALS, {"indexes": indexes})
        rows = cursor.fetchall()
    return rows[0][2], {index: fen for index, fen, _ in rows}


def wake_held() -> int:
    """Yesterday's limits are over: what waited for that is to be sent again; answers how many."""
    return _run(WAKE)


def compare_again() -> int:
    """The limits of a day are others now: what waited for tomorrow is compared with them today; answers how many."""
    return _run(COMPARE_AGAIN)


def _run(sql: str, **values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)
