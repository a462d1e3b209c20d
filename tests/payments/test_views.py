"""Pages of payments: to the bank and back, and what treasurer and auditor see of money out."""

from uuid import uuid4

import pytest
from django.urls import reverse

from apps.accounts.models import Role
from apps.payments.models import Checkout
from apps.payments.services import read_statement, send_due_payments, take_lines
from tests.fund.factories import NOW
from tests.payments.factories import NUMBER, checkout, fact, order

pytestmark = pytest.mark.django_db


@pytest.fixture
def parent(make_user, signed_in):
    return signed_in(make_user("parent@example.com"))


@pytest.fixture(params=[Role.TREASURER, Role.AUDITOR])
def reader(request, make_user, signed_in):
    return signed_in(make_user("reader@example.com", request.param))


def back(wanted):
    return reverse("payments:return", args=[wanted.token])


def test_the_payer_goes_on_to_the_bank_and_comes_back(sandbox, parent):
    wanted = checkout()
    answer = parent.get(wanted.pay_url)
    assert answer.status_code == 302
    assert answer["Location"].startswith("http://bank.test/pay/")
    assert sandbox.store.checkout(str(wanted.key))["return_url"] == f"http://testserver{back(wanted)}"
    sandbox.pay(wanted.key)
    page = parent.get(back(wanted)).content.decode()
    assert "Thank you, it is paid" in page
    assert 'href="/cover/1/"' in page
    assert parent.get(wanted.pay_url)["Location"] == back(wanted)


def test_back_without_paying_the_page_asks_on_by_itself_or_by_a_link(sandbox, parent):
    wanted = checkout()
    parent.get(wanted.pay_url)
    page = parent.get(back(wanted)).content.decode()
    assert "We are asking the bank" in page
    assert 'hx-trigger="every 1s"' in page
    assert f'<a class="button" href="{back(wanted)}">Ask again</a>' in page


def test_the_swapped_part_equals_the_page(sandbox, parent):
    wanted = checkout()
    part = parent.get(back(wanted), headers={"HX-Request": "true", "HX-Target": "payment"}).content.decode().strip()
    assert part.startswith('<div id="payment"')
    assert part in parent.get(back(wanted)).content.decode()


def test_a_declined_payment_says_so(sandbox, parent):
    wanted = checkout()
    parent.get(wanted.pay_url)
    sandbox.pay(wanted.key, "decline")
    page = parent.get(back(wanted)).content.decode()
    assert "It is not paid" in page
    assert "The bank declined the payment." in page
    assert "hx-trigger" not in page


def test_a_bank_that_is_not_there_is_said_calmly(dead_bank, parent):
    wanted = checkout()
    answer = parent.get(wanted.pay_url)
    assert answer.status_code == 503
    assert "Nothing was paid" in answer.content.decode()
    assert "We are asking the bank" in parent.get(back(wanted)).content.decode()


@pytest.mark.parametrize("name", ["pay", "return"])
def test_an_unknown_checkout_is_not_found_and_a_visitor_signs_in_first(parent, client, name):
    address = reverse(f"payments:{name}", args=[uuid4()])
    assert parent.get(address).status_code == 404
    client.logout()
    assert client.get(address).status_code == 302
    assert Checkout.objects.count() == 0


def test_the_list_shows_counts_and_filters(sandbox, reader):
    sent, asked = order(111), order(222)
    send_due_payments(limit=1, now=NOW)
    page = reader.get(reverse("payments:orders"))
    assert "¥1.11" in page.content.decode()
    assert "¥2.22" in page.content.decode()
    assert NUMBER not in page.content.decode()
    assert [count for _, _, count in page.context["filters"]] == [0, 1, 0, 1, 0, 0, 0, 0]
    chosen = reader.get(reverse("payments:orders"), {"state": "submitted"})
    assert list(chosen.context["page"]) == [sent]
    assert list(reader.get(reverse("payments:orders"), {"state": "nonsense"}).context["page"]) == [asked, sent]


def test_nothing_to_pay_says_so(reader):
    assert "No payments here" in reader.get(reverse("payments:orders")).content.decode()


def test_an_order_shows_its_steps_entries_and_lines(sandbox, reader):
    asked = order(111)
    send_due_payments(limit=1, now=NOW)
    read_statement(now=NOW)
    page = reader.get(asked.get_absolute_url()).content.decode()
    for text in ("Paid", "At the bank", "Being sent", "To be sent", "Payment settled", "Payment asked for", "Paid out"):
        assert text in page
    assert "•••• 3445" in page
    assert NUMBER not in page


def test_lines_that_do_not_fit_are_shown_with_the_reason(reader):
    asked = order(111)
    take_lines(facts=[fact(1, asked, amount_fen=112)], now=NOW)
    assert "1 line does not fit our books" in reader.get(reverse("payments:orders")).content.decode()
    page = reader.get(reverse("payments:differences")).content.decode()
    assert "The bank&#x27;s amount differs from ours." in page
    assert "¥1.12" in page


def test_no_differences_say_so(reader):
    assert "Everything fits" in reader.get(reverse("payments:differences")).content.decode()


@pytest.mark.parametrize("name", ["orders", "order", "differences"])
def test_others_find_nothing_there(parent, name):
    asked = order()
    assert parent.get(reverse(f"payments:{name}", args=[asked.pk] if name == "order" else [])).status_code == 404


@pytest.mark.parametrize("rows", [3, 60])
def test_the_lists_cost_the_same_with_3_and_with_60_rows(make_user, signed_in, rows, django_assert_num_queries):
    client = signed_in(make_user("treasurer@example.com", Role.TREASURER))
    for number in range(1, rows + 1):
        take_lines(facts=[fact(number, order(), amount_fen=1)], now=NOW)
    with django_assert_num_queries(7):  # session, user, unread messages; counts, differences, count, page
        client.get(reverse("payments:orders"))
    with django_assert_num_queries(7):  # session, user, unread messages; count, lines, late orders, arrivals
        client.get(reverse("payments:differences"))
