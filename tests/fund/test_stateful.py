"""Whatever is booked in whatever order, by one connection or by two at once, the books agree with a plain model."""

import os
from collections import defaultdict
from datetime import date, timedelta
from itertools import count

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
from apps.fund.services import Draft, book, check_books, close_books, post_entries, reverse_entry
from tests.fund.concurrency import at_once
from tests.fund.factories import NOW

EXAMPLES = 10_000 if os.environ.get("GONGJI_LONG") else 40
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

    Isolated.TestCase.settings = settings(max_examples=EXAMPLES, stateful_step_count=25, deadline=None)
    Isolated.TestCase().runTest()


CODES = ["bank", "suspense", "surplus", "claims-payable:asthma-6"]
MOVES = st.lists(
    st.tuples(st.sampled_from(CODES), st.sampled_from(CODES), st.integers(1, 50), st.integers(1, 6)).filter(
        lambda move: move[0] != move[1]
    ),
    min_size=1,
    max_size=5,
)


class TwoHands(RuleBasedStateMachine):
    """Two connections book at the same moment, really committing; what each was told holds, and the sums fit."""

    @initialize()
    def begin(self):
        self.prefix = f"{next(_runs)}"
        self.before = balances()
        self.booked = {}

    @rule(one=MOVES, other=MOVES)
    def both_book(self, one, other):
        hands = (one, other)
        told = at_once(lambda number: [self.post(*move) for move in hands[number]], times=2)
        for answer in told:
            assert isinstance(answer, list), answer
            for key, lines, outcome in answer:
                if isinstance(outcome, int):
                    assert self.booked.setdefault(key, (outcome, lines)) == (outcome, lines)

    def post(self, debit, credit, fen, number):
        """Keys are few, so that both hands often mean the same one."""
        key, lines = f"{self.prefix}:{number}", ((debit, fen), (credit, -fen))
        try:
            return key, lines, post_entries(Draft(key, "test", lines, FIRST, ("tests.row", number)), now=NOW)[0]
        except (Overdrawn, KeyReused) as error:
            return key, lines, error

    @invariant()
    def the_books_hold_what_was_told_and_nothing_else(self):
        sums = defaultdict(int)
        for _, lines in self.booked.values():
            for code, fen in lines:
                sums[code] += fen * rule_of(code).normal
        after = balances()
        assert {code: after.get(code, 0) - self.before.get(code, 0) for code in CODES} == {c: sums[c] for c in CODES}
        assert all(after.get(code, 0) >= 0 for code in CODES if rule_of(code).no_overdraft)
        assert ledger_is_balanced()


_runs = count(1)


@pytest.mark.django_db(transaction=True)
def test_two_hands_at_once_agree_with_what_they_were_told():
    TwoHands.TestCase.settings = settings(max_examples=EXAMPLES // 8, stateful_step_count=6, deadline=None)
    TwoHands.TestCase().runTest()
