"""Several workers and several clicks at once close a quarter once."""

from uuid import uuid4

import pytest

from apps.actuary import services
from apps.actuary.models import PeriodClose
from apps.fund.selectors import balance, ledger_is_balanced
from tests.actuary.factories import COST, QUARTER, begun_close, noon, paid_cover, treasurer
from tests.governance.test_concurrency import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_several_workers_close_a_quarter_once():
    paid_cover(QUARTER.start, 4_000_000)
    begun_close()
    at_once(*[lambda: services.continue_closes(now=noon(QUARTER.end))] * 4)
    close = PeriodClose.objects.get()
    assert close.is_closed
    assert balance("surplus") == close.surplus_fen
    assert balance("payable-operator") == COST
    assert ledger_is_balanced()


def test_several_clicks_begin_one_close():
    paid_cover(QUARTER.start)
    actor = treasurer()

    def begin():
        return services.start_close(actor=actor, start=QUARTER.start, key=uuid4(), now=noon(QUARTER.end))

    assert at_once(*[begin] * 4) == [PeriodClose.objects.get()] * 4
