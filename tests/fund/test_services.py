"""Booking: balances follow, a key books once, closed days stay closed, reversals mirror once."""

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from apps.fund.errors import AlreadyReversed, ClosedPeriod, KeyReused, Overdrawn
from apps.fund.models import Closing, Entry
from apps.fund.rules.postings import Posting
from apps.fund.selectors import (
    balance,
    balances,
    entries_of,
    ledger_is_balanced,
    movement,
    movements,
    trial_balance,
)
from apps.fund.services import Draft, close_books, post_entries, reverse_entry
from tests.fund.factories import NOW, PLAN, booked, claim_owed, money_in_bank

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 23)


def post(key="k", lines=(("bank", 5), ("suspense", -5)), **changes):
    values = {"kind": "test", "effective_date": DAY, "source": ("tests.row", 1)}
    return post_entries(Draft(key, lines=lines, **{**values, **changes}), now=NOW)[0]


def test_balances_are_positive_on_the_normal_side():
    money_in_bank(500)
    claim_owed(200)
    assert balance("bank") == 500
    assert balance(f"contributions-in-advance:{PLAN}") == 500
    assert balances("claims-") == {f"claims-incurred:{PLAN}": 200, f"claims-payable:{PLAN}": 200}
    assert balance("surplus") == 0
    assert ledger_is_balanced()


def test_both_sides_of_the_trial_balance_are_equal():
    money_in_bank(500)
    claim_owed(200)
    trial = trial_balance()
    assert trial.debit_fen == trial.credit_fen == 700
    assert trial.rows[0].account.code == "bank"


def test_the_same_key_books_once():
    first = post()
    assert post() == first
    assert balance("bank") == 5


@pytest.mark.parametrize(
    "changes",
    [
        {"lines": (("bank", 6), ("suspense", -6))},
        {"kind": "other"},
        {"effective_date": date(2026, 11, 22)},
        {"source": ("tests.row", 2)},
        {"memo": "x"},
    ],
    ids=str,
)
def test_the_same_key_with_other_content_is_refused(changes):
    post()
    with pytest.raises(KeyReused), transaction.atomic():
        post(**changes)
    assert balance("bank") == 5


@pytest.mark.parametrize("lines", [(), (("bank", 5),), (("bank", 5), ("suspense", -4)), (("bank", 0), ("suspense", 0))])
def test_lines_that_are_no_entry_are_refused(lines):
    with pytest.raises(ValueError, match="lines do not make an entry"):
        post(lines=lines)


def test_an_account_may_stand_on_several_lines():
    post(lines=(("bank", 5), ("bank", 5), ("suspense", -10)))
    assert balances() == {"bank": 10, "suspense": 10}


def test_what_is_owed_cannot_be_paid_twice():
    claim_owed(100)
    booked(Posting.PAYMENT_REQUESTED, 60)
    with pytest.raises(Overdrawn, match="claims-payable"), transaction.atomic():
        booked(Posting.PAYMENT_REQUESTED, 41)
    assert balance(f"claims-payable:{PLAN}") == 40


def test_a_closed_day_takes_no_entry_and_the_next_one_does():
    close_books(through=date(2026, 9, 30), now=NOW)
    with pytest.raises(ClosedPeriod, match="2026-09-30"), transaction.atomic():
        post(effective_date=date(2026, 9, 30))
    assert post(effective_date=date(2026, 10, 1))


def test_an_entry_repeated_after_its_day_was_closed_answers_the_first():
    first = post(effective_date=date(2026, 9, 30))
    close_books(through=date(2026, 9, 30), now=NOW)
    assert post(effective_date=date(2026, 9, 30)) == first


def test_a_fact_with_a_day_of_its_own_moves_on_to_the_first_open_day():
    close_books(through=date(2026, 9, 30), now=NOW)
    values = {"effective_date": date(2026, 9, 2), "moves_on": True}
    entry_id = post(**values)
    assert Entry.objects.get(pk=entry_id).effective_date == date(2026, 10, 1)
    close_books(through=date(2026, 12, 31), now=NOW)
    assert post(**values) == entry_id
    assert Entry.objects.get(pk=post(key="open", **{**values, "effective_date": date(2027, 1, 2)})).effective_date == (
        date(2027, 1, 2)
    )


def test_many_entries_are_booked_in_one_statement_all_or_none(django_assert_num_queries):
    drafts = [Draft(f"m{n}", "test", (("bank", n), ("suspense", -n)), DAY, ("tests.row", n)) for n in (3, 1, 2)]
    with django_assert_num_queries(1):
        ids = post_entries(*drafts, now=NOW)
    assert [Entry.objects.get(pk=entry_id).key for entry_id in ids] == ["m3", "m1", "m2"]
    assert post_entries(*reversed(drafts), now=NOW) == ids[::-1]
    assert balances() == {"bank": 6, "suspense": 6}
    spent = Draft("m4", "test", (("surplus", 1), ("bank", -1)), DAY, ("tests.row", 4))
    with pytest.raises(Overdrawn), transaction.atomic():
        post_entries(Draft("m5", "test", (("bank", 5), ("suspense", -5)), DAY, ("tests.row", 5)), spent, now=NOW)
    assert balance("bank") == 6
    assert post_entries(now=NOW) == []


def test_a_key_stands_once_in_a_call():
    twice = [Draft("m", "test", (("bank", 5), ("suspense", -5)), DAY, ("tests.row", n)) for n in (1, 2)]
    with pytest.raises(DatabaseError, match="a key stands twice"), transaction.atomic():
        post_entries(*twice, now=NOW)
    assert balances() == {}


def test_closing_again_or_earlier_changes_nothing():
    close_books(through=date(2026, 9, 30), now=NOW)
    close_books(through=date(2026, 9, 30), now=NOW)
    assert close_books(through=date(2026, 6, 30), now=NOW).through == date(2026, 9, 30)
    assert Closing.objects.count() == 1


def test_a_reversal_mirrors_its_entry_once():
    entry = claim_owed(100)
    values = {"entry_id": entry.pk, "effective_date": DAY, "source": ("tests.row", 9), "now": NOW}
    mirror = reverse_entry(key="r1", **values)
    assert reverse_entry(key="r1", **values) == mirror
    assert Entry.objects.get(pk=mirror).reverses == entry
    assert set(balances().values()) == {0}
    with pytest.raises(AlreadyReversed), transaction.atomic():
        reverse_entry(key="r2", **values)


def test_a_reversal_must_be_the_mirror():
    entry = claim_owed(100)
    with transaction.atomic():
        post(lines=(("bank", 5), ("suspense", -5)), reverses=entry.pk)
        with pytest.raises(DatabaseError, match="does not mirror"), transaction.atomic():
            connection.check_constraints()
        transaction.set_rollback(True)
    assert balance("bank") == 0


def test_movements_count_the_days_of_a_half_open_period():
    for day in (date(2026, 9, 30), date(2026, 10, 1), date(2026, 12, 31), date(2027, 1, 1)):
        booked(Posting.CLAIM_DECIDED, day.day, effective_date=day)
    quarter = (date(2026, 10, 1), date(2027, 1, 1))
    assert movements("claims-incurred", *quarter) == {f"claims-incurred:{PLAN}": 32}
    assert movement("claims-", *quarter) == 64
    assert movement("claims-incurred", *quarter, kinds=["claim-reversed"]) == 0


def test_entries_are_found_by_their_source():
    entry = booked(source=("claims.claim", 7))
    booked(source=("claims.claim", 8))
    assert list(entries_of("claims.claim", 7)) == [entry]
    assert str(entry) == f"contribution-received 2026-11-23 {entry.key}"


def test_an_entry_keeps_both_dates():
    entry = Entry.objects.get(pk=post(effective_date=date(2026, 11, 1)))
    assert (entry.effective_date, entry.recorded_at) == (date(2026, 11, 1), NOW)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("contribution-earned", "Contribution earned"),
        ("contribution-earned-reversed", "Contribution earned, taken back"),
        ("statement-line-booked", "Line of the bank's statement, booked by two people"),
        ("bench", "bench"),
    ],
)
def test_an_entry_says_in_words_what_it_is(kind, name):
    assert Entry(kind=kind).kind_name == name
