"""The whole way of a contribution: our page, the bank's page, the bank's word, the cover, the statement."""

from datetime import timedelta

import pytest
from django.urls import reverse

from apps.enrolments.models import Contribution, Receipt
from apps.enrolments.tasks import expire_unpaid, settle_contributions
from apps.fund.selectors import balance, ledger_is_balanced
from apps.payments.models import Checkout
from apps.payments.services import confirm_checkouts, read_statement
from tests.enrolments.factories import ASTHMA, make_cover

pytestmark = pytest.mark.django_db


@pytest.fixture
def cover():
    return make_cover(is_paid=False)


@pytest.fixture
def checkout(cover, sandbox, signed_in, now, monkeypatch):
    """The parent has been sent to the bank's page."""
    monkeypatch.setattr("apps.core.clock.timezone.now", lambda: now)
    browser = signed_in(cover.person.registered_by)
    answer = browser.post(reverse("enrolments:pay", args=[cover.contributions.get().pk]))
    assert browser.get(answer.url).url.startswith("http://bank.test/pay/")
    return Checkout.objects.get()


def later(now):
    """What the worker does every few seconds, for a while."""
    for seconds in (10, 20, 30):
        at = now + timedelta(seconds=seconds)
        confirm_checkouts(limit=50, now=at)
        read_statement(now=at)
        settle_contributions()


@pytest.mark.parametrize(("action", "too_much"), [("now", 0), ("late", 0), ("silent", 0), ("twice", 1)])
def test_a_contribution_counts_once_whatever_the_bank_does(cover, checkout, sandbox, now, action, too_much):
    sandbox.pay(checkout.key, action)
    later(now)
    cover.refresh_from_db()
    assert cover.state == "active"
    price = cover.price_fen
    assert Receipt.objects.get().amount_fen == price
    assert balance(f"contributions-in-advance:{ASTHMA}") == price
    assert balance("bank") == price * (1 + too_much)
    assert balance("suspense") == price * too_much
    assert balance("bank-clearing") == 0
    assert ledger_is_balanced()


def test_declined_at_the_bank_can_be_tried_again(cover, checkout, sandbox, now, client):
    sandbox.pay(checkout.key, "decline")
    later(now)
    cover.refresh_from_db()
    assert cover.state == "unpaid"
    answer = client.post(reverse("enrolments:pay", args=[cover.contributions.get().pk]))
    second = Checkout.objects.latest("pk")
    assert answer.url == second.pay_url != checkout.pay_url
    client.get(second.pay_url)
    sandbox.pay(second.key, "now")
    later(now + timedelta(minutes=1))
    cover.refresh_from_db()
    assert cover.state == "active"
    assert balance("bank") == cover.price_fen


def test_the_hourly_task_lets_unpaid_covers_lapse(cover, now, monkeypatch):
    monkeypatch.setattr("apps.core.clock.timezone.now", lambda: now + timedelta(days=15))
    expire_unpaid()
    cover.refresh_from_db()
    assert cover.state == "cancelled"
    assert Contribution.objects.get().state == "due"
