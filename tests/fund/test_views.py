"""The books as pages: treasurer and auditor read them, nobody else, at the same cost however long they are."""

import pytest
from django.urls import reverse

from apps.accounts.models import Role
from apps.fund.rules.postings import Posting
from apps.fund.services import extend_chain, reverse_entry
from tests.fund.factories import NOW, PLAN, booked, money_in_bank

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[Role.TREASURER, Role.AUDITOR])
def reader(request, make_user, signed_in):
    return signed_in(make_user("reader@example.com", request.param))


@pytest.fixture
def treasurer(make_user, signed_in):
    return signed_in(make_user("treasurer@example.com", Role.TREASURER))


def test_the_trial_balance_shows_accounts_and_equal_sums(reader):
    money_in_bank(123_456)
    page = reader.get(reverse("fund:accounts")).content.decode()
    assert "Contributions in advance · asthma-6" in page
    assert page.count("¥1,234.56") == 6


def test_empty_books_say_so(reader):
    assert "Nothing booked yet" in reader.get(reverse("fund:accounts")).content.decode()


def test_a_statement_shows_the_balance_after_each_entry(reader):
    for fen in (10_000, 20_000, 30_000):
        booked(fen=fen)
    page = reader.get(reverse("fund:account", args=["bank-clearing"]))
    assert [(row.amount_fen, row.balance_fen) for row in page.context["rows"]] == [
        (30_000, 60_000),
        (20_000, 30_000),
        (10_000, 10_000),
    ]
    assert "¥600.00" in page.content.decode()


def test_the_second_page_of_a_statement_goes_on_where_the_first_ended(treasurer):
    for _ in range(25):
        booked(fen=100)
    page = treasurer.get(reverse("fund:account", args=["bank-clearing"]), {"page": 2})
    assert [row.balance_fen for row in page.context["rows"]] == [500, 400, 300, 200, 100]


def test_an_entry_shows_both_sides_and_what_reversed_it(reader):
    entry = booked(Posting.CLAIM_DECIDED, 5_000, memo="first decision")
    mirror = reverse_entry(entry_id=entry.pk, key="r", effective_date=NOW.date(), source=("tests.row", 1), now=NOW)
    extend_chain()
    page = reader.get(reverse("fund:entry", args=[entry.pk])).content.decode()
    assert "Claim decided" in page
    assert "first decision" in page
    assert reverse("fund:entry", args=[mirror]) in page
    assert page.count("¥50.00") == 2
    assert entry.link.hash[:16] in page


@pytest.mark.parametrize(("name", "args"), [("accounts", []), ("account", ["bank-clearing"]), ("entry", [1])])
def test_others_find_nothing_there(make_user, signed_in, name, args):
    booked()
    client = signed_in(make_user("parent@example.com"))
    assert client.get(reverse(f"fund:{name}", args=args)).status_code == 404


@pytest.mark.parametrize(("name", "args"), [("account", ["nothing"]), ("entry", [0])])
def test_what_does_not_exist_is_not_found(treasurer, name, args):
    assert treasurer.get(reverse(f"fund:{name}", args=args)).status_code == 404


@pytest.mark.parametrize("rows", [3, 60])
def test_the_pages_cost_the_same_with_3_and_with_60_rows(treasurer, rows, django_assert_num_queries):
    for number in range(rows):
        booked(plan=f"{PLAN}-{number}")
    # session, user, unread messages; plans and their names (2), accounts and names of theirs (2), closed day,
    # what is on its way (2), corrections, freeze
    with django_assert_num_queries(12):
        treasurer.get(reverse("fund:accounts"))
    with django_assert_num_queries(7):  # session, user, unread messages; account, count, page, newer lines
        treasurer.get(reverse("fund:account", args=["bank-clearing"]))
