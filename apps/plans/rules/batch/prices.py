"""What each person's year costs, on columns."""

from __future__ import annotations

import numpy as np

from apps.plans.rules.terms import Terms

from .columns import People, Whole
from .conditions import Rows


def price_columns(terms: Terms, people: People) -> Whole:
    """`price_fen` for everyone: the first condition that holds replaces the price."""
    rows = Rows(people)
    price = np.full(len(people.born), terms.price.amount, dtype=np.int64)
    for condition, amount in reversed(terms.price.instead):
        price = np.where(rows.holds(condition), amount, price)
    return price
