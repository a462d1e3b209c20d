"""Pairs of payments at the same moment from one account that holds enough for one of each pair: never more goes out."""

import os

import pytest

from apps.fund.errors import Overdrawn
from apps.fund.selectors import balance, ledger_is_balanced
from apps.payments.models import Order
from tests.fund.concurrency import at_once
from tests.fund.factories import PLAN, claim_owed
from tests.payments.factories import order, payee

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
AT_ONCE = 10  # pairs
ROUNDS = 100 if os.environ.get("GONGJI_LONG") else 5
FEN = 700


def test_of_each_pair_one_is_paid_and_nothing_deadlocks():
    account = payee()
    refused, strange = 0, []
    for turn in range(ROUNDS):
        claim_owed(FEN * AT_ONCE)

        def ask(number, turn=turn):
            key = turn * 2 * AT_ONCE + number
            return order(FEN, owed=False, key=f"pair:{key}", source=("tests.pair", key), payee_account_id=account.pk).pk

        for answer in at_once(ask, times=2 * AT_ONCE):
            refused += isinstance(answer, Overdrawn)
            if isinstance(answer, Exception) and not isinstance(answer, Overdrawn):
                strange.append(answer)
        assert balance(f"claims-payable:{PLAN}") == 0
    pairs = ROUNDS * AT_ONCE
    print(f"{pairs} pairs: {Order.objects.count()} paid, {refused} refused, {len(strange)} other errors")
    assert strange == []
    assert Order.objects.count() == refused == pairs
    assert balance("in-transit") == pairs * FEN
    assert ledger_is_balanced()
