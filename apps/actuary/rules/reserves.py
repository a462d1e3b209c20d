"""What is set aside for claims of the quarter that are not decided or not even filed yet."""

from __future__ import annotations

from fractions import Fraction

from apps.core.money import Money


def case_reserve(asked_fen: int, case_rate: Fraction) -> int:
    """For claims filed and not yet decided: the part of what families ask for that is usually paid."""
    return part_of(asked_fen, case_rate)


def ibnr_reserve(earned_fen: int, expected_loss_ratio: Fraction, unreported_share: Fraction) -> int:
    """For claims incurred and not yet reported: earned contribution x expected loss ratio x share filed late.

    The expected-claims method (first step of Bornhuetter-Ferguson); it needs no history and is never negative.
    """
    return part_of(max(0, earned_fen), expected_loss_ratio * unreported_share)


def part_of(fen: int, rate: Fraction) -> int:
    """Fen times an exact rate, half up."""
    return Money(fen).ratio(rate.numerator, rate.denominator).fen
