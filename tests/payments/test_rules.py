"""Legal steps, keys, and what a line of the statement does."""

import pytest
from django.db import connection

from apps.payments.rules.keys import payment_key
from apps.payments.rules.matching import (
    AFTER_FAILURE,
    AFTER_SETTLEMENT,
    NOT_ITS_KIND,
    TWICE,
    UNKNOWN_KEY,
    WRONG_ACCOUNT,
    WRONG_AMOUNT,
    Line,
    LineKind,
    Match,
    Outcome,
    Target,
    match,
)
from apps.payments.rules.states import LEGAL, State

O, K, S = Outcome, LineKind, State  # noqa: E741


@pytest.mark.django_db
def test_the_database_knows_the_same_legal_steps():
    with connection.cursor() as cursor:
        cursor.execute("SELECT before, after FROM payments_legal_step")
        held = set(cursor.fetchall())
    assert held == {(before.value, after.value) for before, afters in LEGAL.items() for after in afters}


def test_every_state_but_the_last_ones_leads_on():
    assert set(LEGAL) == set(State)
    assert {state for state, after in LEGAL.items() if not after} == {S.FAILED, S.RETURNED}


def test_the_same_fact_makes_the_same_key():
    assert payment_key("claim:17:1") == payment_key("claim:17:1")
    assert payment_key("claim:17:1") != payment_key("claim:17:2")
    assert str(payment_key("claim:17:1")) == "a5996187-b67b-5a8c-8eeb-83ec8a2eabdf"


TRUTH = {
    (K.PAID, S.HELD): O.WAIT,
    (K.REJECTED, S.HELD): O.WAIT,
    (K.RETURNED, S.HELD): O.WAIT,
    (K.PAID, S.REQUESTED): O.WAIT,
    (K.PAID, S.SUBMITTING): O.SETTLE,
    (K.PAID, S.UNKNOWN): O.SETTLE,
    (K.PAID, S.SUBMITTED): O.SETTLE,
    (K.PAID, S.SETTLED): TWICE,
    (K.PAID, S.RETURNED): TWICE,
    (K.PAID, S.FAILED): AFTER_FAILURE,
    (K.REJECTED, S.REQUESTED): O.WAIT,
    (K.REJECTED, S.SUBMITTING): O.FAIL,
    (K.REJECTED, S.UNKNOWN): O.FAIL,
    (K.REJECTED, S.SUBMITTED): O.FAIL,
    (K.REJECTED, S.FAILED): O.NOTHING,
    (K.REJECTED, S.SETTLED): AFTER_SETTLEMENT,
    (K.REJECTED, S.RETURNED): AFTER_SETTLEMENT,
    (K.RETURNED, S.REQUESTED): O.WAIT,
    (K.RETURNED, S.SUBMITTING): O.WAIT,
    (K.RETURNED, S.UNKNOWN): O.WAIT,
    (K.RETURNED, S.SUBMITTED): O.WAIT,
    (K.RETURNED, S.SETTLED): O.RETURN,
    (K.RETURNED, S.RETURNED): TWICE,
    (K.RETURNED, S.FAILED): NOT_ITS_KIND,
}


@pytest.mark.parametrize(("kind", "state"), [(kind, state) for kind in K if kind != K.RECEIVED for state in S])
def test_a_line_of_an_order(kind, state):
    expected = TRUTH[kind, state]
    wanted = Match(expected) if isinstance(expected, O) else Match(O.QUARANTINE, expected)
    assert match(Line(kind, 5, "a"), Target(5, state, "a")) == wanted


@pytest.mark.parametrize("state", [S.HELD, S.REQUESTED])
def test_in_restored_books_the_bank_is_believed_about_what_was_never_sent(state):
    outcomes = [match(Line(kind, 5, "a"), Target(5, state, "a"), is_restored=True) for kind in (K.PAID, K.REJECTED)]
    assert outcomes == [Match(O.SETTLE), Match(O.FAIL)]
    assert match(Line(K.PAID, 5, "b"), Target(5, state, "a"), is_restored=True).reason == WRONG_ACCOUNT


@pytest.mark.parametrize(
    ("line", "target", "reason"),
    [
        (Line(K.PAID, 5, "a"), None, UNKNOWN_KEY),
        (Line(K.PAID, 4, "a"), Target(5, S.SUBMITTED, "a"), WRONG_AMOUNT),
        (Line(K.PAID, 5, "b"), Target(5, S.SUBMITTED, "a"), WRONG_ACCOUNT),
        (Line(K.RETURNED, 4, "a"), Target(5, S.SETTLED, "a"), WRONG_AMOUNT),
        (Line(K.RECEIVED, 5), Target(5, S.SUBMITTED, "a"), NOT_ITS_KIND),
        (Line(K.PAID, 5, "a"), Target(5), NOT_ITS_KIND),
        (Line(K.RECEIVED, 4), Target(5), WRONG_AMOUNT),
        (Line(K.RECEIVED, 5), Target(5, has_arrived=True), TWICE),
    ],
)
def test_what_does_not_fit_is_kept_apart(line, target, reason):
    assert match(line, target) == Match(O.QUARANTINE, reason)


def test_money_that_was_asked_for_arrives():
    assert match(Line(K.RECEIVED, 5), Target(5)) == Match(O.ARRIVE)
