"""A million claims at once: the very steps of one claim, on columns."""

from .columns import Claims, Coded, Lines, People, Year
from .conditions import completed_years
from .deciding import BatchDecision, decide_columns
from .prices import price_columns

__all__ = [
    "BatchDecision",
    "Claims",
    "Coded",
    "Lines",
    "People",
    "Year",
    "completed_years",
    "decide_columns",
    "price_columns",
]
