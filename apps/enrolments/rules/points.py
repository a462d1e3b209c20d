"""What points take off the price of a year."""

from __future__ import annotations

from dataclasses import dataclass

from apps.plans.rules import Points
from apps.plans.rules.scalars import WHOLE_SHARE


@dataclass(frozen=True, slots=True)
class Balance:
    """The points of a person in a plan, over all years."""

    earned: int = 0
    used: int = 0

    @property
    def left(self) -> int:
        return max(self.earned - self.used, 0)


@dataclass(frozen=True, slots=True)
class Discount:
    """Whole points and the fen they take off a price."""

    points: int = 0
    fen: int = 0


NO_DISCOUNT = Discount()


def discount(left: int, price_fen: int, own_fen: int, terms: Points | None) -> Discount:
    """As many of the points left as fit: at most their share of the price, never more than the family itself pays.

    Both in fen; no terms, no discount (casebook row 8b).
    """
    if terms is None:
        return NO_DISCOUNT
    most = min(price_fen * terms.share // WHOLE_SHARE, own_fen)
    points = min(left, most // terms.worth)
    return Discount(points, points * terms.worth)
