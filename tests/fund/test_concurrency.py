"""Many at once: no deadlock, nothing below zero, one entry a key, closing and posting wait for each other."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Event

import pytest
from django.db import connection, transaction

from apps.fund.errors import ClosedPeriod, Overdrawn
from apps.fund.models import Entry
from apps.fund.rules.postings import Posting
from apps.fund.selectors import balance, balances, ledger_is_balanced
from apps.fund.services import Draft, close_books, extend_chain, post_entries
from tests.fund.concurrency import at_once
from tests.fund.factories import NOW, PLAN, booked, claim_owed

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 16
DAY = date(2026, 11, 23)


def test_shuffled_accounts_never_deadlock():
    codes = ["bank", "bank-clearing", "suspense", "in-transit"]

    def work(number):
        chance = random.Random(number)
        for step in range(15):
            debit, credit = chance.sample(codes, 2)
            lines = [(debit, 7), (credit, -7)]
            post_entries(Draft(f"{number}:{step}", "test", lines, DAY, ("tests.row", number)), now=NOW)

    assert at_once(work) == [None] * THREADS
    assert Entry.objects.count() == THREADS * 15
    assert ledger_is_balanced()


def test_what_is_owed_is_paid_out_once_however_many_try():
    claim_owed(500)
    results = at_once(lambda number: booked(Posting.PAYMENT_REQUESTED, 100, key=f"p{number}"))
    assert sum(isinstance(result, Entry) for result in results) == 5
    assert sum(isinstance(result, Overdrawn) for result in results) == THREADS - 5
    assert balance(f"claims-payable:{PLAN}") == 0


def test_the_same_key_from_many_sides_books_once():
    results = at_once(lambda number: booked(key="once", source=("tests.row", 1)).pk)
    assert len(set(results)) == 1
    assert balances() == {"bank-clearing": 10_000, f"contributions-in-advance:{PLAN}": 10_000}


def test_accounts_opened_at_once_are_opened_once():
    at_once(lambda number: booked(plan=f"plan-{number % 3}"))
    assert len(balances("contributions-in-advance")) == 3
    assert ledger_is_balanced()


def test_closing_waits_for_a_post_under_way_and_later_posts_find_the_day_closed():
    posted, may_commit = Event(), Event()

    def poster():
        try:
            with transaction.atomic():
                booked(effective_date=date(2026, 9, 30))
                posted.set()
                may_commit.wait(10)
        finally:
            connection.close()

    def closer():
        try:
            posted.wait(10)
            close_books(through=date(2026, 9, 30), now=NOW)
            return Entry.objects.count()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        posting, closing = pool.submit(poster), pool.submit(closer)
        posted.wait(10)
        assert not closing.done()
        may_commit.set()
        posting.result(10)
        assert closing.result(10) == 1
    with pytest.raises(ClosedPeriod):
        booked(effective_date=date(2026, 9, 30))


def test_the_chain_grows_once_when_two_extend_it():
    for _ in range(30):
        booked()
    assert sum(at_once(lambda _: extend_chain(), times=4)) == 30
