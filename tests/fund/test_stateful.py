"""Whatever is booked in whatever order, the books agree with a plain model of them."""

from collections import defaultdict
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from apps.fund.errors import AlreadyReversed, ClosedPeriod, KeyReused, Overdrawn
from apps.fund.models import Entry
from apps.fund.rules.chart import rule_of
from apps.fund.rules.postings import Posting, lines_of
from apps.fund.selectors import balances, closed_through, ledger_is_balanced, trial_balance
from apps.fund.services import book, check_books, close_books, reverse_entry
from tests.fund.factories import NOW

FIRST = date(2026, 1, 1)
DAYS = st.integers(min_value=0, max_value=300).map(lambda number: FIRST + timedelta(days=number))
PLANS = st.sampled_from(["asthma-6", "city-100"])


class Books(RuleBasedStateMachine):
    """The ledger beside a dictionary of sums, keys and a closed day."""

    @initialize()
    def begin(self):
        self.sums = defaultdict(int)
        self.keys = {}
        self.reversed = set()
        self.closed = None

    def expected(self, lines, day):
        """The refusal that must come, if any."""
        if self.closed and day <= self.closed:
            return ClosedPeriod
        after = defaultdict(int, self.sums)
        for code, fen in lines:
            after[code] += fen
        short = [code for code, _ in lines if rule_of(code).no_overdraft and after[code] * rule_of(code).normal < 0]
        return Overdrawn if short else None

    def attempt(self, refusal, work):
        """Do the work in a transaction of its own; it must be refused exactly when the model says so."""
        entry = refused = None
        try:
            with transaction.atomic():
                entry = work()
                connection.check_constraints()
        except (ClosedPeriod, Overdrawn, KeyReused, AlreadyReversed) as error:
            refused = type(error)
        assert refused is refusal
        return entry if refused is None else None

    @rule(
        event=st.sampled_from(Posting),
        plan=PLANS,
        fen=st.integers(1, 9_999),
        day=DAYS,
        number=st.integers(1, 12),
        twice=st.booleans(),
    )
    def book_event(self, event, plan, fen, day, number, twice):
        lines = lines_of(event, amount_fen=fen, plan=plan, account=f"claims-payable:{plan}")
        key, content = f"k{number}", (event, lines, day)
        refusal = self.expected(lines, day)
        if key in self.keys:
            refusal = None if self.keys[key] == content else KeyReused
        for _ in range(1 + twice):
            entry = self.attempt(
                refusal,
                lambda: book(
                    event,
                    plan=plan,
                    account=f"claims-payable:{plan}",
                    amount_fen=fen,
                    key=key,
                    effective_date=day,
                    source=("tests.row", 1),
                    now=NOW,
                ),
            )
            if entry is not None and key not in self.keys:
                self.keys[key] = content
                self.add(lines)

    def add(self, lines):
        for code, fen in lines:
            self.sums[code] += fen

    @rule(place=st.integers(0, 30), day=DAYS)
    def reverse(self, place, day):
        entries = list(Entry.objects.order_by("id").prefetch_related("lines__account"))
        if not entries:
            return
        entry = entries[place % len(entries)]
        lines = [(line.account.code, -line.amount_fen) for line in entry.lines.all()]
        refusal = self.expected(lines, day)
        if entry.pk in self.reversed and refusal is not ClosedPeriod:
            refusal = AlreadyReversed
        key = f"r{Entry.objects.count()}:{entry.pk}"
        done = self.attempt(
            refusal,
            lambda: reverse_entry(entry_id=entry.pk, key=key, effective_date=day, source=("tests.row", 1), now=NOW),
        )
        if done is not None:
            self.reversed.add(entry.pk)
            self.add(lines)

    @rule(day=st.integers(0, 60).map(lambda number: FIRST + timedelta(days=number)))
    def close(self, day):
        close_books(through=day, now=NOW)
        self.closed = max(day, self.closed or day)

    @invariant()
    def the_books_agree_with_the_model(self):
        signed = {code: fen * rule_of(code).normal for code, fen in balances().items()}
        assert {code: fen for code, fen in signed.items() if fen} == {c: f for c, f in self.sums.items() if f}
        assert closed_through() == self.closed

    @invariant()
    def they_balance(self):
        trial = trial_balance()
        assert trial.debit_fen == trial.credit_fen
        assert ledger_is_balanced()

    def teardown(self):
        assert check_books() == []
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_the_ledger_agrees_with_a_model_whatever_happens():
    class Isolated(Books):
        def __init__(self):
            super().__init__()
            self.scope = transaction.atomic()
            self.scope.__enter__()

        def teardown(self):
            try:
                super().teardown()
            finally:
                self.scope.__exit__(None, None, None)

    Isolated.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
    Isolated.TestCase().runTest()
