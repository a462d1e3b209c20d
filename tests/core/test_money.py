"""Money stays whole fen, rounds half up and is shared out without losing any."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.money import ZERO, Money

fen = st.integers(-(10**14), 10**14)


@pytest.mark.parametrize("wrong", [1.0, "1", None, True])
def test_money_refuses_anything_but_whole_fen(wrong):
    with pytest.raises(TypeError, match="whole fen"):
        Money(wrong)


@pytest.mark.parametrize(("text", "expected"), [("100", 10000), ("100.5", 10050), ("0.01", 1), ("-3.20", -320)])
def test_an_amount_is_read_as_written(text, expected):
    assert Money.yuan(text) == Money(expected)


@pytest.mark.parametrize(
    ("text", "why"), [("1.005", "two decimals"), ("abc", "not an amount"), ("NaN", "two decimals")]
)
def test_what_is_no_amount_is_refused(text, why):
    with pytest.raises(ValueError, match=why):
        Money.yuan(text)


@pytest.mark.parametrize(
    ("amount", "numerator", "denominator", "expected"),
    [(5, 1, 10, 1), (4, 1, 10, 0), (-5, 1, 10, -1), (123456, 90, 100, 111110), (100, 1, 3, 33)],
)
def test_a_ratio_is_rounded_half_up(amount, numerator, denominator, expected):
    assert Money(amount).ratio(numerator, denominator) == Money(expected)


@given(fen, fen)
def test_adding_and_taking_away_are_exact(a, b):
    assert Money(a) + Money(b) - Money(b) == Money(a)
    assert -Money(a) + Money(a) == ZERO


@given(fen, st.lists(st.integers(0, 10**6), min_size=1, max_size=8).filter(any))
def test_a_split_loses_nothing_and_is_fair_to_the_fen(amount, weights):
    parts = Money(amount).split(weights)
    assert sum(part.fen for part in parts) == amount
    total = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part.fen * total - amount * weight) < total


def test_left_over_fen_go_to_the_largest_remainder_then_to_the_first():
    assert Money(100).split([1, 1, 1]) == [Money(34), Money(33), Money(33)]
    assert Money(-100).split([1, 1, 1]) == [Money(-34), Money(-33), Money(-33)]
    assert Money(10).split([1, 2]) == [Money(3), Money(7)]


@pytest.mark.parametrize("weights", [[], [0, 0], [2, -1]])
def test_a_split_needs_sensible_weights(weights):
    with pytest.raises(ValueError, match="weights"):
        Money(100).split(weights)


def test_money_reads_as_yuan_and_is_false_when_nothing():
    assert str(Money(-1230)) == "-12.30"
    assert str(Money(5)) == "0.05"
    assert not ZERO
    assert Money(1)
    assert Money(1) < Money(2)
