"""Payments and lines of the statement by the numbers people know, none of our own."""

from datetime import timedelta

import pytest
from django.urls import reverse

from apps.accounts.models import Role
from apps.fund import words
from apps.payments.models import Checkout, Order, StatementLine
from apps.payments.rules.files import number_of
from apps.payments.services import read_statement, send_due_payments, take_lines
from apps.payments.what_for import what_each_is_for, what_for
from tests.fund.factories import NOW
from tests.payments.factories import checkout, fact, order

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(make_user, signed_in):
    return signed_in(make_user("treasurer@example.com", Role.TREASURER))


def said(client, name, *args):
    return client.get(reverse(f"payments:{name}", args=args)).content.decode()


def test_a_payment_is_called_by_its_own_number_and_its_kind(browser):
    asked = order(111)
    assert f"Payment {asked.pk} · Claim" in said(browser, "orders")
    assert f"Payment {asked.pk} · Claim" in said(browser, "order", asked.pk)


def test_where_nobody_names_the_row_the_kind_of_payment_stands(browser):
    asked = order(111, source=("tests.row", 17))
    assert what_for(asked) == "Claim"
    assert "tests.row" not in said(browser, "order", asked.pk)


def test_money_asked_for_says_for_what(monkeypatch, browser):
    monkeypatch.setitem(words._rows, "tests.row", lambda ids: {pk: f"Row {pk}" for pk in ids if pk == 1})
    rows = [checkout(source=("tests.row", 1)), checkout(source=("tests.row", 2)), order(source=("tests.row", 1))]
    assert what_each_is_for(rows) == ["Row 1", "Money we asked for", "Row 1"]
    Checkout.objects.update(state="paid", paid_at=NOW - timedelta(days=30))
    page = said(browser, "differences")
    assert "Row 1" in page
    assert "tests.row" not in page


@pytest.mark.parametrize(
    ("number", "reference", "shown"),
    [(7, "ref7", "7"), (number_of("2026/A-7"), "2026/A-7", "2026/A-7"), (-999_999_598, "S000000402", "S000000402")],
)
def test_a_line_is_shown_by_the_bank_s_number_or_reference(browser, number, reference, shown):
    take_lines(facts=[fact(number, order(111), amount_fen=112, reference=reference)], now=NOW)
    line = StatementLine.objects.get()
    for page in (said(browser, "differences"), said(browser, "line", line.pk)):
        assert f"Statement line {shown}" in page
        assert number > 0 or str(number) not in page


def test_a_line_with_neither_is_shown_by_the_number_it_is_kept_under(browser):
    take_lines(facts=[fact(-5, order(111), amount_fen=112, reference="")], now=NOW)
    line = StatementLine.objects.get()
    assert line.shown_number == f"#{line.pk}"


def test_an_order_s_lines_are_shown_so_too(sandbox, browser):
    asked = order(111)
    send_due_payments(limit=1, now=NOW)
    read_statement(now=NOW)
    StatementLine.objects.update(number=-3, reference="S3")
    page = said(browser, "order", Order.objects.get(pk=asked.pk).pk)
    assert ">S3</a>" in page
    assert ">-3<" not in page
