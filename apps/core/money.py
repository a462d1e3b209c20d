"""Money as whole fen: what an amount is, how it is shared out and how it is rounded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction


def _half_up(value: Fraction) -> int:
    """Round to a whole number, halves away from zero."""
    whole, rest = divmod(abs(value.numerator), value.denominator)
    rounded = whole + (2 * rest >= value.denominator)
    return rounded if value >= 0 else -rounded


@dataclass(frozen=True, order=True, slots=True)
class Money:
    """An amount in CNY, held in fen (0.01 yuan).  Refuses anything but an int."""

    fen: int

    def __post_init__(self) -> None:
        if type(self.fen) is not int:
            raise TypeError(f"Money takes whole fen, not {self.fen!r}")

    @classmethod
    def yuan(cls, text: str) -> Money:
        """Read an amount as written, e.g. ``1234.50``.  Raises ValueError beyond two decimals or when not a number."""
        try:
            scaled = Decimal(text) * 100
        except InvalidOperation:
            raise ValueError(f"{text!r} is not an amount") from None
        if not scaled.is_finite() or scaled != scaled.to_integral_value():
            raise ValueError(f"{text!r} has more than two decimals")
        return cls(int(scaled))

    def __add__(self, other: Money) -> Money:
        return Money(self.fen + other.fen)

    def __sub__(self, other: Money) -> Money:
        return Money(self.fen - other.fen)

    def __neg__(self) -> Money:
        return Money(-self.fen)

    def __bool__(self) -> bool:
        return self.fen != 0

    def ratio(self, numerator: int, denominator: int) -> Money:
        """This amount times a ratio of whole numbers, rounded half up to the fen."""
        return Money(_half_up(Fraction(self.fen * numerator, denominator)))

    def split(self, weights: Sequence[int]) -> list[Money]:
        """Share out by weight without losing a fen: largest remainder first, then first in order.

        Raises ValueError when no weight is positive or one is negative.
        """
        total = sum(weights)
        if total <= 0 or min(weights) < 0:
            raise ValueError("split needs weights of which none is negative and one is positive")
        sign = -1 if self.fen < 0 else 1
        shares = [divmod(abs(self.fen) * weight, total) for weight in weights]
        left = abs(self.fen) - sum(whole for whole, _ in shares)
        by_remainder = sorted(range(len(weights)), key=lambda i: (-shares[i][1], i))
        lucky = set(by_remainder[:left])
        return [Money(sign * (whole + (i in lucky))) for i, (whole, _) in enumerate(shares)]

    def __str__(self) -> str:
        """Yuan with two decimals, e.g. ``-12.30``."""
        yuan, fen = divmod(abs(self.fen), 100)
        return f"{'-' if self.fen < 0 else ''}{yuan}.{fen:02d}"


ZERO = Money(0)
