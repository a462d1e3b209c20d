"""What goes to one account, and out in all, on one day; exact however many workers send at once."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from apps.accounts.models import Role
from apps.payments.models import DayTotal, Limits, Order
from apps.payments.rules.holding import (
    ACCOUNT_CHANGED,
    DAY,
    LARGE,
    PAYEE_DAY,
    Hold,
    LimitsInForce,
    Sending,
    hold_at_birth,
    hold_before_sending,
)
from apps.payments.selectors import limits_in_force
from apps.payments.services import claiming, confirm, propose_for_order, send_due_payments, wake_held
from tests.fund.concurrency import at_once
from tests.fund.factories import NOW
from tests.payments.factories import order, payee, send, states

pytestmark = pytest.mark.django_db
LIMITS = LimitsInForce(release_from_fen=100, payee_day_fen=50, day_fen=80)


@pytest.mark.parametrize(("fen", "hold"), [(99, None), (100, Hold(LARGE)), (101, Hold(LARGE))])
def test_from_the_threshold_on_two_people_release(fen, hold):
    assert hold_at_birth(fen, LIMITS) == hold


@pytest.mark.parametrize(
    ("is_released", "needs", "is_current", "fen", "payee_fen", "day_fen", "hold"),
    [
        (False, False, True, 50, 50, 80, None),
        (False, False, True, 50, 51, 51, Hold(PAYEE_DAY, until_tomorrow=True)),
        (False, False, True, 50, 50, 81, Hold(DAY, until_tomorrow=True)),
        (False, True, True, 1, 1, 1, Hold(LARGE)),
        (False, True, True, 1, 51, 81, Hold(LARGE)),
        (False, False, True, 99, 99, 99, Hold(PAYEE_DAY, until_tomorrow=True)),
        (False, False, True, 100, 100, 100, Hold(LARGE)),
        (True, True, True, 100, 100, 100, None),
        (True, False, True, 50, 51, 81, None),
        (False, False, False, 1, 1, 1, Hold(ACCOUNT_CHANGED)),
        (True, True, False, 1, 1, 1, Hold(ACCOUNT_CHANGED)),
    ],
)
def test_what_makes_an_order_wait_before_it_is_sent(is_released, needs, is_current, fen, payee_fen, day_fen, hold):
    assert hold_before_sending(Sending(is_released, needs, is_current, fen, payee_fen, day_fen), LIMITS) == hold


def limit(payee_day=10**9, day=10**9):
    Limits.objects.create(release_from_fen=10**9, payee_day_fen=payee_day, day_fen=day, set_at=NOW)


def tomorrow():
    with connection.cursor() as cursor:
        cursor.execute("UPDATE payments_order SET held_until = held_until - 1 WHERE state = 'held'")
        cursor.execute("UPDATE payments_daytotal SET day = day - 1")


def test_every_fund_begins_with_limits():
    assert limits_in_force() == LimitsInForce(5_000_000, 20_000_000, 500_000_000)
    limit(7, 8)
    assert limits_in_force() == LimitsInForce(10**9, 7, 8)


def test_over_the_payee_s_limit_an_order_waits_for_the_next_day(sandbox):
    limit(payee_day=250)
    one = payee()
    asked = [order(100, payee_account_id=one.pk) for _ in range(3)]
    asked.append(order(100, payee_account_id=payee(number="6222020200998877665").pk))
    assert send() == 3
    assert states(*asked) == ["submitted", "submitted", "held", "submitted"]
    asked[2].refresh_from_db()
    assert (asked[2].reason, asked[2].held_until is not None) == (PAYEE_DAY, True)
    assert wake_held() == 0
    tomorrow()
    assert send() == 1
    assert states(asked[2]) == ["submitted"]


def test_the_same_account_under_another_owner_counts_as_one(sandbox):
    limit(payee_day=150)
    asked = [order(100, payee_account_id=payee().pk) for _ in range(2)]
    send()
    assert states(*asked) == ["submitted", "held"]


def test_over_the_day_s_limit_a_release_goes_past_it(sandbox, make_user):
    limit(day=150)
    first, second = order(100), order(100)
    other = payee(number="6222020200998877665")
    third = order(100, payee_account_id=other.pk)
    send()
    assert states(first, second, third) == ["submitted", "held", "held"]
    treasurer, council = make_user("t@example.com", Role.TREASURER), make_user("c@example.com", Role.COUNCIL)
    proposal = propose_for_order(
        kind="release", order_id=second.pk, actor=treasurer, key=uuid4(), reason="urgent", now=NOW
    )
    confirm(proposal_id=proposal.pk, actor=council, now=NOW)
    assert send() == 1
    assert states(second, third) == ["submitted", "held"]
    assert DayTotal.objects.get(number_index="").sent_fen == 200


def test_what_is_claimed_around_midnight_counts_for_the_day_of_its_lock(sandbox, monkeypatch):
    """The day ends between the lock and the writing of the totals: the money counts for the day that was locked."""
    asked = order(100)
    sql = claiming.LOCK_TOTALS.replace("payments_today()", "(payments_today() - 1)")
    monkeypatch.setattr(claiming, "LOCK_TOTALS", sql)
    assert send() == 1
    assert states(asked) == ["submitted"]
    assert [total.sent_fen for total in DayTotal.objects.all()] == [100, 100]


def test_a_day_s_total_stands_once_an_account():
    DayTotal.objects.create(day=NOW.date(), number_index="", sent_fen=1)
    with pytest.raises(IntegrityError, match="daytotal_once"), transaction.atomic():
        DayTotal.objects.create(day=NOW.date(), number_index="", sent_fen=1)


@pytest.mark.django_db(transaction=True)
def test_many_workers_never_go_over_the_limit_together(sandbox):
    limit(day=1_000)
    for _ in range(20):
        order(100)
    at_once(lambda _: send_due_payments(limit=50, now=NOW), times=6)
    assert Order.objects.filter(state="submitted").count() == 10
    assert Order.objects.filter(state="held").count() == 10
    assert DayTotal.objects.get(number_index="").sent_fen == 1_000
