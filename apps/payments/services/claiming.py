"""Take the next order to be sent, one at a time; on the way, put aside what must wait.

The totals of the day are raised in the same transaction; their row lock is what makes the limits exact however many
workers there are.
"""

from __future__ import annotations

from django.db import connection, transaction

from apps.payments.models import Order
from apps.payments.rules.holding import Hold, Sending, hold_before_sending
from apps.payments.selectors import limits_in_force

NEXT = """
SELECT o.*, p.number_index, p.replaced_at IS NULL AS account_is_current
FROM payments_order o JOIN payments_payeeaccount p ON p.id = o.payee_account_id
WHERE o.state = 'requested' AND p.usable_from <= clock_timestamp()
    AND NOT EXISTS (SELECT FROM fund_freeze WHERE state = 'frozen')
ORDER BY o.id LIMIT 1 FOR UPDATE OF o SKIP LOCKED
"""
RAISE_TOTALS = """
INSERT INTO payments_daytotal (day, number_index, sent_fen)
VALUES (payments_today(), '', %(fen)s), (payments_today(), %(index)s, %(fen)s)
ON CONFLICT (day, number_index) DO UPDATE SET sent_fen = payments_daytotal.sent_fen + excluded.sent_fen
RETURNING sent_fen
"""
SUBMIT = """
UPDATE payments_order SET state = 'submitting', state_at = clock_timestamp(), attempt = attempt + 1,
    first_sent_at = coalesce(first_sent_at, clock_timestamp()), next_try_at = NULL, reason = '', held_until = NULL,
    batch_id = %(batch)s, lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
WHERE id = %(order)s RETURNING *
"""
HOLD = """
UPDATE payments_order SET state = 'held', state_at = clock_timestamp(), reason = %(reason)s, release_id = NULL,
    held_until = CASE WHEN %(until_tomorrow)s THEN payments_today() + 1 END
WHERE id = %(order)s
"""
WAKE = """
UPDATE payments_order SET state = 'requested', state_at = clock_timestamp(), reason = '', held_until = NULL
WHERE state = 'held' AND held_until <= payments_today()
"""


def claim_next(*, lease: float, batch_id: int | None = None) -> Order | None:
    """The next order that may go, claimed and committed; None when nothing is left."""
    while True:
        with transaction.atomic():
            order = next(iter(Order.objects.raw(NEXT)), None)
            if order is None:
                return None
            hold = _hold(order)
            if hold is None:
                return next(iter(Order.objects.raw(SUBMIT, {"order": order.pk, "lease": lease, "batch": batch_id})))


def _hold(order: Order) -> Hold | None:
    """Count the order into its day, or put it aside and answer why."""
    of_all, of_payee = _raise_totals(order, order.amount_fen)
    sending = Sending(
        is_released=order.release_id is not None,
        account_is_current=order.account_is_current,  # type: ignore[attr-defined]
        payee_day_fen=of_payee,
        day_fen=of_all,
    )
    hold = hold_before_sending(sending, limits_in_force())
    if hold is not None:
        _raise_totals(order, -order.amount_fen)
        with connection.cursor() as cursor:
            cursor.execute(HOLD, {"order": order.pk, "reason": hold.reason, "until_tomorrow": hold.until_tomorrow})
    return hold


def _raise_totals(order: Order, fen: int) -> tuple[int, int]:
    """What goes out today with it, in all and to its account."""
    with connection.cursor() as cursor:
        cursor.execute(RAISE_TOTALS, {"fen": fen, "index": order.number_index})  # type: ignore[attr-defined]
        (of_all,), (of_payee,) = cursor.fetchall()
    return of_all, of_payee


def wake_held() -> int:
    """Yesterday's limits are over: what waited for that is to be sent again; answers how many."""
    with connection.cursor() as cursor:
        cursor.execute(WAKE)
        return int(cursor.rowcount)
