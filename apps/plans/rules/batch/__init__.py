"""A million claims at once: the very steps of one claim, on columns."""

from .columns import Claims, Coded, Lines, People, Year
from .deciding import BatchDecision, decide_columns

__all__ = ["BatchDecision", "Claims", "Coded", "Lines", "People", "Year", "decide_columns"]
