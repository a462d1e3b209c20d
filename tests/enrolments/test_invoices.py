"""A group pays what it owes for its members with one invoice; what is over goes back to it."""

from datetime import timedelta
from importlib import import_module
from uuid import uuid4

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection
from django.urls import reverse

from apps.accounts.models import Role
from apps.core.errors import NotAllowed
from apps.enrolments import tasks
from apps.enrolments.errors import NothingDue
from apps.enrolments.models import Contribution, Cover, Receipt, Refund
from apps.enrolments.selectors import figures_of, refunds_without_account
from apps.enrolments.services import (
    invoices,
    leave_cover,
    make_invoice,
    pay_refunds,
    receive_contribution,
    settle_invoices,
    start_invoice_payment,
)
from apps.fund.selectors import balances, ledger_is_balanced
from apps.governance.selectors import PAYEE
from apps.payments.models import Checkout, Order
from apps.payments.services import name_payee_account
from apps.payments.what_for import what_for
from apps.reminders.models import Message
from tests.conftest import NOW
from tests.enrolments.groups import as_csv, county, enrolled, make_worker, paid, people
from tests.enrolments.test_rosters import family_of
from tests.members.factories import make_parent

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def test_a_group_pays_all_it_owes_with_one_invoice_and_every_contribution_is_paid():
    agreement = county()
    enrolled(agreement, as_csv(people(3)))
    invoice = paid(agreement)
    assert (invoice.state, invoice.amount_fen, invoice.members, invoice.paid_date) == ("paid", 99_00, 3, TODAY)
    assert set(Contribution.objects.values_list("state", "paid_date")) == {("paid", TODAY)}
    assert Receipt.objects.filter(use="contribution").count() == 3
    assert settle_invoices(now=NOW) == 0
    assert ledger_is_balanced()
    assert balances()["contributions-in-advance:county-assist"] == 99_00
    figures = figures_of([agreement], on=TODAY)[agreement.pk]
    assert (figures.covered, figures.owed_fen, figures.paid_fen) == (3, 0, 99_00)


def test_an_invoice_is_made_once_and_nothing_more_is_due_when_it_is_paid():
    agreement = county()
    enrolled(agreement, as_csv(people(2)))
    worker = make_worker(agreement.organisation)
    first = make_invoice(agreement_id=agreement.pk, actor=worker, now=NOW)
    enrolled(agreement, as_csv(people(1, 5)))
    assert make_invoice(agreement_id=agreement.pk, actor=worker, now=NOW) == first
    paid(agreement)
    with pytest.raises(NothingDue):
        start_invoice_payment(invoice_id=first.pk, actor=worker, return_url="/", now=NOW)
    assert paid(agreement).members == 1
    with pytest.raises(NothingDue):
        make_invoice(agreement_id=agreement.pk, actor=worker, now=NOW)
    with pytest.raises(NotAllowed):
        start_invoice_payment(invoice_id=first.pk, actor=make_parent(), return_url="/", now=NOW)


def test_a_payment_page_that_failed_is_followed_by_a_new_one():
    agreement = county()
    enrolled(agreement, as_csv(people(1)))
    worker = make_worker(agreement.organisation)
    invoice = make_invoice(agreement_id=agreement.pk, actor=worker, now=NOW)
    first = start_invoice_payment(invoice_id=invoice.pk, actor=worker, return_url="/", now=NOW)
    assert start_invoice_payment(invoice_id=invoice.pk, actor=worker, return_url="/", now=NOW) == first
    Checkout.objects.filter(pk=first.pk).update(state="failed")
    assert start_invoice_payment(invoice_id=invoice.pk, actor=worker, return_url="/", now=NOW) != first


def bank_says_paid(*checkouts):
    Checkout.objects.filter(pk__in=[checkout.pk for checkout in checkouts]).update(state="paid", paid_at=NOW)


def paid_twice(agreement):
    """An invoice over two members, paid on a page given up and on the one after it."""
    enrolled(agreement, as_csv(people(2)))
    worker = make_worker(agreement.organisation)
    invoice = make_invoice(agreement_id=agreement.pk, actor=worker, now=NOW)
    pay = {"invoice_id": invoice.pk, "actor": worker, "return_url": "/", "now": NOW}
    first = start_invoice_payment(**pay)
    Checkout.objects.filter(pk=first.pk).update(state="expired")
    second = start_invoice_payment(**pay)
    bank_says_paid(second)
    assert settle_invoices(now=NOW) == 1
    bank_says_paid(first)
    assert [settle_invoices(now=NOW) for _ in range(2)] == [1, 0]
    return invoice, first, second


def test_an_invoice_paid_twice_is_booked_twice_and_the_second_payment_is_owed_to_the_group():
    agreement = county()
    invoice, first, second = paid_twice(agreement)
    books = balances()
    assert (books["contributions-in-advance:county-assist"], books["suspense"]) == (66_00, 66_00)
    assert list(invoice.payments.order_by("pk").values_list("checkout", "excess_fen")) == [
        (second.pk, 0),
        (first.pk, 66_00),
    ]
    assert ledger_is_balanced()
    refund = Refund.objects.get()
    Refund.objects.all().delete()
    with connection.cursor() as cursor:  # what groups had paid before refunds of it were known
        cursor.execute(import_module("apps.enrolments.migrations.0008_what_goes_back_to_groups").OWED)
    refund = Refund.objects.get()
    assert (refund.payment.checkout, refund.amount_fen, refund.contribution) == (first, 66_00, None)
    assert (refund.owner_label, refund.owner_id) == (PAYEE, agreement.organisation_id)


def name_account(agreement, number="6222021234567890", now=NOW):
    return name_payee_account(
        owner=(PAYEE, agreement.organisation_id),
        holder_name="County",
        bank="Bank",
        number=number,
        actor=make_parent("", Role.TREASURER),
        key=uuid4(),
        now=now,
    )


def test_what_a_group_paid_in_excess_goes_back_once_and_it_sees_how_far_it_is(client):
    agreement = county()
    invoice, _first, _second = paid_twice(agreement)
    client.force_login(make_worker(agreement.organisation))
    page = reverse("enrolments:group", args=[agreement.pk])
    shown = client.get(page).content.decode()
    assert f"Paid in excess with invoice {invoice.number}" in shown
    assert "The fund does not know your account" in shown
    assert refunds_without_account([agreement]) == {agreement.organisation_id: 1}
    assert pay_refunds(now=NOW) == 0
    name_account(agreement)
    assert "Being sent" in client.get(page).content.decode()
    assert [pay_refunds(now=NOW) for _ in range(2)] == [1, 0]
    order = Order.objects.get()
    assert (order.owed_account, order.amount_fen, what_for(order)) == (
        "suspense",
        66_00,
        f"Paid in excess with invoice {invoice.number}",
    )
    assert (balances()["suspense"], balances()["in-transit"]) == (0, 66_00)
    shown = client.get(page).content.decode()
    assert "On its way" in shown
    assert "does not know your account" not in shown
    Order.objects.update(state="failed")
    assert "name another account" in client.get(page).content.decode()
    name_account(agreement, "6222021234567891")
    assert pay_refunds(now=NOW + timedelta(hours=47)) == 0, "a changed account waits"


def test_money_for_an_invoice_replaced_meanwhile_goes_back_to_the_group():
    agreement = county()
    enrolled(agreement, as_csv(people(1)))
    worker = make_worker(agreement.organisation)
    invoice = make_invoice(agreement_id=agreement.pk, actor=worker, now=NOW)
    page = start_invoice_payment(invoice_id=invoice.pk, actor=worker, return_url="/", now=NOW)
    Checkout.objects.update(state="expired")
    Contribution.objects.update(amount_fen=3_00)
    assert make_invoice(agreement_id=agreement.pk, actor=worker, now=NOW) != invoice
    bank_says_paid(page)
    assert settle_invoices(now=NOW) == 1
    assert Refund.objects.get().amount_fen == 33_00
    assert Contribution.objects.get().state == "due"


def test_what_a_group_transfers_for_a_member_twice_goes_back_to_it():
    agreement = county()
    enrolled(agreement, as_csv(people(1)))
    pay = {"contribution_id": Contribution.objects.get().pk, "paid_date": TODAY, "now": NOW}
    receive_contribution(**pay, key="statement:1")
    receive_contribution(**pay, key="statement:2")
    refund = Refund.objects.get()
    assert (refund.receipt.use, refund.owner_label, refund.owner_id) == ("excess", PAYEE, agreement.organisation_id)
    assert not Message.objects.filter(kind="contribution-refunded").exists()


def test_an_invoice_that_cannot_be_taken_in_holds_up_no_other(monkeypatch, caplog):
    pages = []
    for first in (0, 10):
        agreement = county()
        enrolled(agreement, as_csv(people(1, first)))
        worker = make_worker(agreement.organisation)
        invoice = make_invoice(agreement_id=agreement.pk, actor=worker, now=NOW)
        pages.append(start_invoice_payment(invoice_id=invoice.pk, actor=worker, return_url="/", now=NOW))
    bank_says_paid(*pages)
    book = invoices._book

    def broken(payment, now):
        if payment.checkout_id == pages[0].pk:
            raise RuntimeError("down")
        book(payment, now)

    with monkeypatch.context() as patch:
        patch.setattr(invoices, "_book", broken)
        assert settle_invoices(now=NOW) == 1
    assert "it is tried again" in caplog.text
    assert settle_invoices(now=NOW) == 1


def test_settling_stops_when_its_time_is_over(monkeypatch):
    def out_of_time(*_args):
        raise SoftTimeLimitExceeded

    agreement = county()
    enrolled(agreement, as_csv(people(1)))
    worker = make_worker(agreement.organisation)
    invoice = make_invoice(agreement_id=agreement.pk, actor=worker, now=NOW)
    bank_says_paid(start_invoice_payment(invoice_id=invoice.pk, actor=worker, return_url="/", now=NOW))
    with monkeypatch.context() as patch:
        patch.setattr(invoices, "_book", out_of_time)
        with pytest.raises(SoftTimeLimitExceeded):
            settle_invoices(now=NOW)
    monkeypatch.setattr("apps.core.clock.timezone.now", lambda: NOW)
    tasks.settle_invoices()
    assert Receipt.objects.count() == 1


def test_an_invoice_nobody_is_paying_is_replaced_when_less_is_owed():
    agreement = county()
    enrolled(agreement, as_csv(people(3)))
    worker = make_worker(agreement.organisation)
    first = make_invoice(agreement_id=agreement.pk, actor=worker, now=NOW)
    Contribution.objects.filter(cover=Cover.objects.earliest("pk")).update(amount_fen=3_00)
    assert figures_of([agreement], on=TODAY)[agreement.pk].owed_fen == 69_00
    checkout = start_invoice_payment(invoice_id=first.pk, actor=worker, return_url="/", now=NOW)
    second = make_invoice(agreement_id=agreement.pk, actor=worker, now=NOW)
    first.refresh_from_db()
    assert (first.state, second.state, second.amount_fen, second.members) == ("void", "due", 69_00, 3)
    assert (checkout.source_id, checkout.amount_fen) == (second.pk, 69_00)
    Contribution.objects.filter(cover=Cover.objects.earliest("pk")).update(amount_fen=2_00)
    assert make_invoice(agreement_id=agreement.pk, actor=worker, now=NOW) == second, "somebody is paying it"
    bank_says_paid(checkout)
    settle_invoices(now=NOW)
    assert (balances()["contributions-in-advance:county-assist"], balances()["suspense"]) == (68_00, 1_00)


def test_what_a_group_paid_goes_back_to_its_own_account(client):
    agreement = county()
    member = family_of(people(1)[0])
    enrolled(agreement, as_csv(people(1)))
    paid(agreement)
    leave_cover(cover_id=Cover.objects.get().pk, actor=member.user, seen_fen=33_00, now=NOW)
    refund = Refund.objects.get()
    assert (refund.owner_label, refund.owner_id) == (PAYEE, agreement.organisation_id)
    client.force_login(make_worker(agreement.organisation))
    shown = client.get(reverse("enrolments:group", args=[agreement.pk])).content.decode()
    assert "For members who left" in shown
    assert "¥0.00 of it is paid back" in shown
    assert refunds_without_account([agreement]) == {agreement.organisation_id: 1}
    treasurer = make_parent("", Role.TREASURER)
    client.force_login(treasurer)
    page = client.get(reverse("enrolments:agreements")).content.decode()
    assert "1: name the account" in page
    assert reverse("governance:name_account", args=[agreement.organisation_id]) in page
    name_account(agreement)
    assert refunds_without_account([agreement]) == {}
    assert pay_refunds(now=NOW + timedelta(days=3)) == 1
