"""The clerk of a run asks each payment once however often it is told to, and tells what became of them."""

import pytest

from apps.payments.models import Order
from apps.payments.services import read_statement, send_due_payments
from apps.portal.chaos.clerk import ENOUGH_FEN, _ask, _look, _open, _patiently, _tell
from tests.fund.factories import NOW
from tests.payments.fixtures import sandbox

pytestmark = pytest.mark.django_db
__all__ = ["sandbox"]


def test_each_payment_is_asked_for_once_and_its_end_is_told(sandbox):
    assert _open({}) == _open({}) == {"asked": 0, "bank_fen": ENOUGH_FEN}
    for _ in range(2):
        assert _ask({"upto": 12, "seed": 1}) == {"asked": 12}
    assert _look({}) == {"open": 12, "sending": 12, "lines": 0}
    send_due_payments(limit=50, now=NOW)
    assert _look({}) == {"open": 12, "sending": 0, "lines": 0}
    read_statement(now=NOW)
    assert _look({}) == {"open": 0, "sending": 0, "lines": 12}
    told = _tell({})
    assert told["states"] == {"settled": 12}
    assert len(told["keys"]) == 12
    assert told["bank_fen"] == ENOUGH_FEN - sum(Order.objects.values_list("amount_fen", flat=True))
    assert (told["faults"], told["in_transit_is_off_fen"], told["left_in_mid_submit"]) == ([], 0, [])


def test_the_clerk_waits_for_a_database_that_is_away():
    from django.db import OperationalError

    answers = iter([OperationalError("away"), OperationalError("away"), {"asked": 1}])

    def work():
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert _patiently(work) == {"asked": 1}
    with pytest.raises(OperationalError):
        _patiently(lambda: (_ for _ in ()).throw(OperationalError("gone")), seconds=0)
