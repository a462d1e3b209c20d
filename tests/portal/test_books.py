"""The public page: whose money is in the bank adds up to what the bank holds, whatever is under way."""

from datetime import date

import pytest
from django.urls import reverse

from apps.core.display import yuan_text
from apps.fund.rules.chart import CHART
from apps.fund.rules.postings import Posting as P
from apps.fund.selectors import balance
from apps.portal.books import BANK, SHARES, public_books
from tests.enrolments.factories import publish_plan
from tests.fund.factories import PLAN, booked, claim_owed, money_in_bank
from tests.payments.factories import order

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


@pytest.fixture
def open_quarter():
    """Money in, money that has not arrived, claims unpaid and being paid, a fee nobody has explained."""
    money_in_bank(100_000)
    booked(P.CONTRIBUTION_RECEIVED, 7_000)
    claim_owed(2_000)
    order(3_000)
    booked(P.MONEY_UNEXPLAINED, -500)
    booked(P.OPERATING_COST, 10_000)
    booked(P.COST_CLOSED, 10_000)
    booked(P.CONTRIBUTION_EARNED, 40_000)
    booked(P.INCOME_CLOSED, 40_000)
    booked(P.OPEN_FUND_SHARE, 3_200)
    booked(P.RESERVE_CHANGE, 6_000, account=f"outstanding-reserve:{PLAN}")
    booked(P.RESERVE_CHANGE, 1_000, account=f"allowance-reserve:{PLAN}")
    booked(P.SURPLUS_LOCKED, 9_000)
    booked(P.APPROPRIATED, 4_000, account="appropriation:1-1")


def test_every_account_but_the_bank_s_is_in_one_share():
    placed = sorted(base for bases in SHARES.values() for base in bases)
    assert placed == sorted(set(CHART) - {BANK})


def test_the_shares_sum_to_what_the_bank_holds(open_quarter):
    books = public_books(since=TODAY, today=TODAY)
    shares = {share.name: share.fen for share in books.shares}
    assert shares == {
        "Cover paid for and still to come": 67_000,
        "Claims granted, payment not yet asked for": 2_000,
        "Payments asked for, not yet out of the bank": 3_000,
        "Reserves for claims": 6_000,
        "Allowances for members": 1_000,
        "Open fund": 3_200,
        "Granted by the council, not yet paid": 4_000,
        "Surplus not yet given out": 5_000,
        "Owed to the operator": 10_000,
        "To be explained": -500,
        "Claims granted in quarters not closed yet": -5_000,
        "Loss carried forward, or result of a close under way": 10_800,
        "Paid in, not yet on the statement": -7_000,
    }
    assert sum(shares.values()) == books.bank_fen == balance("bank") == 99_500


def test_the_page_shows_every_share_and_the_bank_below(open_quarter, client):
    publish_plan(PLAN)
    page = client.get(reverse("portal:fund"))
    text = page.content.decode()
    assert "In the bank" in text
    for fen in (99_500, 10_000, -5_000, -7_000):
        assert yuan_text(fen) in text


def test_an_empty_fund_has_nothing_in_the_bank(client):
    assert "In the bank" in client.get(reverse("portal:fund")).content.decode()
