"""What was decided is owed, asked for once, and its end is told; a failed payment is owed again."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from django.urls import reverse

from apps.accounts.models import Role
from apps.claims import tasks
from apps.claims.errors import PaymentNotMendable
from apps.claims.models import Payout
from apps.claims.rules.receipts import receipt_mark
from apps.claims.services import open_payments, pay_again, tell_endings
from apps.fund.selectors import balance, ledger_is_balanced
from apps.payments.models import Order, PayeeAccount
from apps.payments.services import confirm, propose_for_order
from apps.payments.services.orders import record_failed
from apps.reminders.models import Message
from tests.claims.factories import day, make_account, make_bill, make_covered
from tests.enrolments.factories import ASTHMA

pytestmark = pytest.mark.django_db


def send(order: Order, now) -> None:
    Order.objects.filter(pk=order.pk).update(state="submitting", attempt=1, lease_until=now + timedelta(minutes=1))


def settle(order: Order, now) -> None:
    send(order, now)
    Order.objects.filter(pk=order.pk).update(state="settled", lease_until=None, settled_date=now.date())


def fail(order: Order, now) -> None:
    send(order, now)
    assert record_failed(order_id=order.pk, reason="closed", day=now.date(), now=now)


def test_a_payment_is_asked_for_once_however_often_the_bell_rings(now):
    bill = make_bill()
    assert [open_payments(now=now) for _ in range(3)] == [1, 0, 0]
    order = Order.objects.get()
    receipt = receipt_mark(bill.issuer_key, bill.receipt_key)
    assert (order.business_key, order.amount_fen) == (f"claim:{receipt}:{ASTHMA}:1:1", 120_00)
    assert bill.receipt_number not in order.business_key
    assert order.owed_account == f"claims-payable:{ASTHMA}"
    assert balance(f"claims-payable:{ASTHMA}") == 0
    assert balance("in-transit") == 120_00
    assert ledger_is_balanced()


def test_bills_lost_and_filed_again_in_another_order_ask_under_the_same_keys(now):
    covered, bills = make_covered(), (("4400111001", 1), ("7315902846", 5))

    def asked(bills):
        for number, days_ago in bills:
            make_bill(covered, receipt_number=number, service_date=day(days_ago))
        open_payments(now=now)
        orders = Payout.objects.values_list(
            "decision__claim__bill__receipt_number", "order__key", "order__business_key"
        )
        return {number: keys for number, *keys in orders}

    before = transaction.savepoint()
    first = asked(bills)
    transaction.savepoint_rollback(before)
    assert asked(reversed(bills)) == first
    assert len({key for key, _ in first.values()}) == 2


def test_a_lost_row_link_finds_the_same_order_again(now):
    make_bill()
    open_payments(now=now)
    Payout.objects.update(order=None)
    open_payments(now=now)
    assert Order.objects.count() == 1
    assert Payout.objects.get().order == Order.objects.get()


def test_an_account_changed_meanwhile_is_paid_only_after_its_hold(now):
    cover = make_covered()
    make_bill(cover)
    account = make_account(cover.person.registered_by, "6222333344445555", now=now)
    assert open_payments(now=now) == 0
    assert open_payments(now=now + timedelta(hours=47)) == 0
    assert open_payments(now=now + timedelta(hours=48)) == 1
    assert Order.objects.get().payee_account == account


def test_one_payment_that_cannot_be_asked_for_does_not_stop_the_others(now, monkeypatch):
    from apps.claims.services import payouts

    cover = make_covered()
    for number in (1, 5):
        make_bill(cover, service_date=day(number))
    broken, ask = ("claims.claim", Payout.objects.earliest("pk").decision.claim_id), payouts.request_payments
    monkeypatch.setattr(
        payouts,
        "request_payments",
        lambda *asked, now: 1 / 0 if any(one["source"] == broken for one in asked) else ask(*asked, now=now),
    )
    assert open_payments(now=now) == 1
    assert Order.objects.count() == 1


def test_the_family_is_told_once_that_it_was_paid(now):
    bill = make_bill()
    open_payments(now=now)
    assert tell_endings(now=now) == 0
    settle(Order.objects.get(), now)
    assert [tell_endings(now=now) for _ in range(2)] == [1, 0]
    message = Message.objects.filter(kind="claim-paid").first()
    assert message.recipient == bill.filed_by
    assert message.parameters["paid_date"] == now.date().isoformat()


def test_money_that_comes_back_after_it_was_paid_is_told_too(now):
    make_bill()
    open_payments(now=now)
    settle(Order.objects.get(), now)
    tell_endings(now=now)
    Order.objects.update(state="returned", returned_date=now.date())
    assert tell_endings(now=now) == 1
    assert Message.objects.filter(kind="claim-unpaid").exists()


def test_a_failed_payment_is_owed_again_once_the_account_is_mended(now, signed_in, stopped_clock):
    bill = make_bill()
    open_payments(now=now)
    fail(Order.objects.get(), now)
    assert tell_endings(now=now) == 1
    assert balance(f"claims-payable:{ASTHMA}") == 120_00
    browser = signed_in(bill.filed_by)
    page = browser.get(reverse("claims:bill", args=[bill.number])).content.decode()
    assert "The bank sent the money back" in page
    url = reverse("claims:payment", args=[bill.number])
    assert "Pay me again" in browser.get(url).content.decode()
    data = {"account": "new", "holder_name": "Fang", "bank": "Hill Bank", "number": "6222777788889999"}
    for key in ("6f0f7d0c-9a53-4d0e-8f0a-2b1f5c6f1a57", "6f0f7d0c-9a53-4d0e-8f0a-2b1f5c6f1a57"):
        browser.post(url, {**data, "key": key})
    assert [payout.instalment for payout in Payout.objects.order_by("pk")] == [1, 2]
    assert open_payments(now=now + timedelta(hours=49)) == 1
    assert Order.objects.latest("pk").payee_account.number_tail == "9999"
    assert ledger_is_balanced()


def test_what_two_people_declined_is_not_paid_again_because_the_family_asks(now, make_user, signed_in, stopped_clock):
    bill = make_bill()
    open_payments(now=now)
    order = Order.objects.get()
    Order.objects.update(state="held", reason="another account")
    treasurer, council = make_user("t@example.com", Role.TREASURER), make_user("c@example.com", Role.COUNCIL)
    said = propose_for_order(
        kind="decline", order_id=order.pk, actor=treasurer, key=uuid4(), reason="not his account", now=now
    )
    confirm(proposal_id=said.pk, actor=council, now=now)
    order.refresh_from_db()
    assert order.state == "failed"
    with pytest.raises(PaymentNotMendable):
        pay_again(claim_id=bill.claims.get().pk, actor=bill.filed_by, now=now)
    assert Payout.objects.count() == 1
    assert tell_endings(now=now) == 1
    told = Message.objects.filter(kind__in=["claim-paid", "claim-unpaid", "claim-stopped"])
    assert {(message.kind, message.recipient) for message in told} == {("claim-stopped", bill.filed_by)}
    browser = signed_in(bill.filed_by)
    page = browser.get(reverse("claims:bill", args=[bill.number])).content.decode()
    assert "Two people of the fund stopped the payment" in page
    assert "Ask the fund why" in page
    assert "Check the account" not in page
    assert not browser.get("/money/").context["shown"].on_the_way
    url = reverse("claims:payment", args=[bill.number])
    account = {"account": "new", "holder_name": "Fang", "bank": "Hill Bank", "number": "6222777788889999"}
    for answer in (browser.get(url), browser.post(url, {**account, "key": str(uuid4())})):
        assert answer["Location"] == reverse("claims:bill", args=[bill.number])
    assert PayeeAccount.objects.filter(number_tail="9999").count() == 0
    assert [tell_endings(now=now) for _ in range(2)] == [0, 0]
    assert (balance(f"claims-payable:{ASTHMA}"), balance(f"claims-incurred:{ASTHMA}"), balance("in-transit")) == (
        0,
        0,
        0,
    )
    assert ledger_is_balanced()


def test_a_full_run_rings_for_the_rest(now, monkeypatch):
    cover = make_covered()
    for number in (1, 5):
        make_bill(cover, service_date=day(number))
    sent = []
    monkeypatch.setattr(tasks, "ring", sent.append)
    monkeypatch.setattr(tasks, "BATCH", 2)
    tasks.pay()
    tasks.pay()
    assert sent == ["claims.open_payments"]


def test_only_a_failed_payment_can_be_sent_again(now):
    bill = make_bill()
    with pytest.raises(PaymentNotMendable):
        pay_again(claim_id=bill.claims.get().pk, actor=bill.filed_by, now=now)
    open_payments(now=now)
    with pytest.raises(PaymentNotMendable):
        pay_again(claim_id=bill.claims.get().pk, actor=bill.filed_by, now=now)
    fail(Order.objects.get(), now)
    claim_id = bill.claims.get().pk
    first = pay_again(claim_id=claim_id, actor=bill.filed_by, now=now)
    assert pay_again(claim_id=claim_id, actor=bill.filed_by, now=now) == first
