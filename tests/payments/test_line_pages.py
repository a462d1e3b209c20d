"""The page of a line that fits nothing, where the money of a payment has come back and the bank does not say whose."""

from uuid import uuid4

import pytest
from django.urls import reverse

from apps.payments.models import Proposal, StatementLine
from apps.payments.rules.matching import LineKind as K
from apps.payments.services import take_lines
from tests.fund.factories import NOW, money_in_bank
from tests.payments.factories import fact, order, send, states

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", [K.RETURNED, K.RECEIVED])
def test_a_payment_that_came_back_is_named_on_the_page_by_two_people(sandbox, signed_in, treasurer, council, kind):
    money_in_bank(10_000)
    asked = order(500)
    send()
    take_lines(facts=[fact(1, asked), fact(2, asked, kind, key="scrawl")], now=NOW)
    page = reverse("payments:line", args=[StatementLine.objects.get(number=2).pk])
    client = signed_in(treasurer)
    assert f"Payment {asked.pk}, ¥5.00 to Lin Yue" in client.get(page).content.decode()
    client.post(page, {"key": uuid4(), "what": f"order:{asked.pk}", "reason": "the payee's bank says so on the phone"})
    assert states(asked) == ["settled"]
    signed_in(council).post(reverse("payments:proposal", args=[Proposal.objects.get().pk]), {"act": "confirm"})
    assert states(asked) == ["returned"]
