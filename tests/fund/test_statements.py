"""Trial balance and statements of a plan and of a period; as pages, as CSV, on paper."""

import csv
from datetime import date, timedelta
from io import StringIO

import pytest
from django.urls import reverse

from apps.accounts.models import Role
from apps.core.sheets import BOM, csv_response, yuan_cell
from apps.fund.models import Account
from apps.fund.rules.postings import Posting
from apps.fund.selectors import (
    Scope,
    balance_before,
    journal,
    lines_of_account,
    plans_in_books,
    statement,
    transit,
    trial_balance,
    with_balances,
)
from apps.fund.services import check_books, stale_accounts
from apps.fund.tasks import check_balances
from tests.fund.factories import PLAN, booked, claim_owed, money_in_bank

pytestmark = pytest.mark.django_db
OCTOBER = Scope(since=date(2026, 10, 1), until=date(2026, 10, 31))
DAYS = [date(2026, 9, 30), date(2026, 10, 1), date(2026, 10, 31), date(2026, 11, 1)]


@pytest.fixture
def treasurer(make_user, signed_in):
    return signed_in(make_user("treasurer@example.com", Role.TREASURER))


@pytest.fixture
def four_days():
    for place, day in enumerate(DAYS):
        booked(fen=10**place, effective_date=day)
    booked(Posting.MONEY_ARRIVED, 3, effective_date=date(2026, 10, 15))


def read(response):
    text = b"".join(response.streaming_content).decode()
    assert text.startswith(BOM)
    return list(csv.reader(StringIO(text.removeprefix(BOM))))


def test_a_period_has_opening_balance_turnover_and_closing_balance(four_days):
    rows = {row.account.code: row for row in trial_balance(OCTOBER).rows}
    clearing, advance = rows["bank-clearing"], rows[f"contributions-in-advance:{PLAN}"]
    assert (clearing.opening_fen, clearing.debits, clearing.credits, clearing.closing_fen) == (1, 110, 3, 108)
    assert (advance.opening_fen, advance.debits, advance.credits, advance.closing_fen) == (1, 0, 110, 111)
    trial = trial_balance(OCTOBER)
    assert trial.debits == trial.credits == 113
    assert trial.debit_fen == trial.credit_fen == 111


@pytest.mark.parametrize(
    ("scope", "opening", "closing"),
    [
        (Scope(since=DAYS[2]), 11 - 3, 1108),
        (Scope(until=DAYS[0]), 0, 1),
        (Scope(since=DAYS[1], until=DAYS[1]), 1, 11),
        (Scope(), 1108, 1108),
    ],
)
def test_either_end_may_be_left_open(four_days, scope, opening, closing):
    row = next(row for row in trial_balance(scope).rows if row.account.code == "bank-clearing")
    assert (row.opening_fen, row.closing_fen) == (opening, closing)


def test_a_plan_has_its_own_accounts_alone(four_days):
    claim_owed(50, plan="city-100")
    assert plans_in_books() == [PLAN, "city-100"]
    trial = trial_balance(Scope(plan="city-100"))
    assert [row.account.code for row in trial.rows] == ["claims-payable:city-100", "claims-incurred:city-100"]
    assert {line.account.code for line in journal(Scope(plan="city-100"))} == {
        "claims-payable:city-100",
        "claims-incurred:city-100",
    }


def test_running_balances_of_a_period_go_by_day_whatever_was_booked_first(four_days):
    booked(fen=500, effective_date=date(2026, 10, 2))  # booked last, counts early
    account = Account.objects.get(code="bank-clearing")
    newest_first = with_balances(account, list(lines_of_account(account, OCTOBER)))
    oldest_first = list(statement(account, OCTOBER))
    assert [row.balance_fen for row in oldest_first] == [11, 511, 508, 608]
    assert [row.balance_fen for row in newest_first] == [608, 508, 511, 11]
    assert balance_before(account, DAYS[1]) == 1


def test_the_page_shows_what_was_asked_for(treasurer, four_days):
    page = treasurer.get(reverse("fund:accounts"), {"since": "2026-10-01", "until": "2026-10-31"}).content.decode()
    assert "Opening balance" in page
    assert "¥1.13" in page
    assert f"{reverse('fund:account', args=['bank-clearing'])}?since=2026-10-01" in page.replace("&amp;", "&")
    page = treasurer.get(reverse("fund:accounts"), {"plan": PLAN})
    assert "the plan's own accounts" in page.content.decode().replace("&#x27;", "'")
    assert [row.account.code for row in page.context["trial"].rows] == [f"contributions-in-advance:{PLAN}"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"since": "soon"}, "Enter a real date"),
        ({"since": "2026-10-02", "until": "2026-10-01"}, "The last day lies before the first one."),
        ({"plan": "ghost"}, "Select a valid choice"),
    ],
)
def test_what_makes_no_sense_is_said_at_the_field_and_all_is_shown(treasurer, four_days, query, said):
    page = treasurer.get(reverse("fund:accounts"), query)
    assert said in page.content.decode()
    assert len(page.context["trial"].rows) == 3


def test_the_trial_balance_as_csv(treasurer, four_days):
    answer = treasurer.get(reverse("fund:trial_csv"), {"since": "2026-10-01", "until": "2026-10-31"})
    assert answer["Content-Disposition"] == 'attachment; filename="trial-balance-2026-10-01-2026-10-31.csv"'
    rows = read(answer)
    assert rows[0] == ["Code", "Ledger account", "Opening balance", "Debit", "Credit", "Balance"]
    assert ["bank-clearing", "Paid in, not yet on the statement", "0.01", "1.10", "0.03", "1.08"] in rows


def test_a_statement_as_csv_is_streamed_oldest_first(treasurer, four_days):
    answer = treasurer.get(reverse("fund:statement_csv", args=["bank-clearing"]), {"since": "2026-10-01"})
    assert answer.streaming
    rows = read(answer)
    assert [(row[0], row[4], row[5]) for row in rows[1:]] == [
        ("2026-10-01", "0.10", "0.11"),
        ("2026-10-15", "-0.03", "0.08"),
        ("2026-10-31", "1.00", "1.08"),
        ("2026-11-01", "10.00", "11.08"),
    ]
    assert treasurer.get(reverse("fund:statement_csv", args=["nothing"])).status_code == 404


def test_the_journal_as_csv_balances_and_takes_no_formula(treasurer, four_days):
    booked(memo="=HYPERLINK(1)")
    rows = read(treasurer.get(reverse("fund:journal_csv")))[1:]
    assert len(rows) == 12
    assert sum(float(row[5]) for row in rows) == pytest.approx(sum(float(row[6]) for row in rows))
    assert rows[-1][7] == "'=HYPERLINK(1)"


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("=1+1", "'=1+1"),
        ("-5.00", "-5.00"),
        ("-x", "'-x"),
        ("@a", "'@a"),
        (None, ""),
        (7, "7"),
        (DAYS[0], "2026-09-30"),
    ],
)
def test_cells_are_what_they_say(cell, text):
    assert read(csv_response("x", ["a"], [[cell]]))[1] == [text]


def test_yuan_in_a_cell_is_a_number():
    assert [yuan_cell(fen) for fen in (0, 5, -5, 123_456, -100)] == ["0.00", "0.05", "-0.05", "1234.56", "-1.00"]


def test_a_long_statement_is_paged_and_printed_whole(treasurer):
    for _ in range(25):
        booked(fen=100)
    url = reverse("fund:account", args=["bank-clearing"])
    assert len(treasurer.get(url).context["rows"]) == 20
    printed = treasurer.get(url, {"print": "1"})
    assert len(printed.context["rows"]) == 25
    assert b"to print" not in printed.content


@pytest.mark.parametrize("rows", [3, 60])
def test_a_period_costs_the_same_with_3_and_with_60_rows(treasurer, rows, django_assert_num_queries):
    for number in range(rows):
        booked(plan=f"{PLAN}-{number}")
    query = {"since": "2026-10-01"}
    with django_assert_num_queries(13):  # as without days, and the sums of the lines
        treasurer.get(reverse("fund:accounts"), query)
    with django_assert_num_queries(7):
        treasurer.get(reverse("fund:account", args=["bank-clearing"]), query)


def test_what_is_on_its_way_is_as_old_as_the_first_that_has_not_gone_on():
    today = date(2026, 11, 23)
    booked(fen=10, effective_date=date(2026, 11, 1))
    booked(fen=20, effective_date=date(2026, 11, 10))
    assert [(row.account.code, row.days, row.is_stale) for row in transit(today=today)] == [("bank-clearing", 22, True)]
    booked(Posting.MONEY_ARRIVED, 10, effective_date=date(2026, 11, 12))
    assert transit(today=today)[0].since == date(2026, 11, 10)
    booked(Posting.MONEY_ARRIVED, 20, effective_date=date(2026, 11, 12))
    assert transit(today=today) == []


def test_an_account_below_zero_is_as_old_as_what_came_too_early():
    booked(Posting.MONEY_UNEXPLAINED, -30, effective_date=date(2026, 11, 20))
    (row,) = transit(today=date(2026, 11, 23))
    assert (row.account.code, row.account.balance_fen, row.days) == ("suspense", -30, 3)
    assert not row.is_stale


def test_the_night_warns_of_what_stands_still(caplog, today, treasurer):
    booked(fen=10, effective_date=today - timedelta(days=9))
    check_balances()
    assert "bank-clearing has not come back to zero since 2026-11-14" in caplog.text
    assert check_books() == []
    assert [row.account.code for row in stale_accounts(today=today)] == ["bank-clearing"]
    assert "9, more than 5" in treasurer.get(reverse("fund:accounts")).content.decode()


def test_young_money_on_its_way_is_no_warning(caplog, today):
    money_in_bank()
    booked(fen=10, effective_date=today)
    check_balances()
    assert "zero" not in caplog.text
