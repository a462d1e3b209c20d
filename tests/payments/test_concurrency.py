"""Many workers at once: one order a request, one payment an order, one settlement a line."""

import pytest

from apps.fund.selectors import balance, ledger_is_balanced
from apps.payments.models import Order, StatementLine
from apps.payments.services import read_statement, send_due_payments, take_lines
from tests.fund.concurrency import at_once
from tests.fund.factories import NOW, claim_owed
from tests.payments.factories import fact, order, payee

pytestmark = pytest.mark.django_db(transaction=True)


def test_asked_for_from_many_sides_it_is_one_order():
    claim_owed(10_000)
    account = payee()
    results = at_once(
        lambda _: order(100, owed=False, key="k", source=("claims.claim", 1), payee_account_id=account.pk).pk
    )
    assert len(set(results)) == Order.objects.count() == 1
    assert balance("in-transit") == 100


def test_many_workers_send_each_order_once(sandbox):
    asked = [order(100) for _ in range(20)]
    sent = at_once(lambda _: send_due_payments(limit=50, now=NOW), times=6)
    assert sum(sent) == 20
    assert [sandbox.payments(one.key) for one in asked] == [1] * 20
    assert set(Order.objects.values_list("state", "attempt")) == {("submitted", 1)}


def test_many_readers_take_each_line_once(sandbox):
    for _ in range(10):
        order(100)
    send_due_payments(limit=50, now=NOW)
    at_once(lambda _: read_statement(now=NOW), times=6)
    assert StatementLine.objects.filter(state="matched").count() == 10
    assert (balance("bank"), balance("in-transit")) == (-1000, 0)
    assert ledger_is_balanced()


def test_two_lines_about_one_order_at_the_same_time_settle_it_once(sandbox):
    asked = order(100)
    send_due_payments(limit=50, now=NOW)
    facts = [fact(number, asked) for number in range(1, 7)]
    at_once(lambda number: take_lines(facts=[facts[number]], now=NOW), times=6)
    assert StatementLine.objects.filter(state="matched").count() == 1
    assert StatementLine.objects.filter(state="quarantine").count() == 5
    assert (balance("in-transit"), balance("suspense")) == (0, -500)
