"""How numbers, dates and amounts are read as written and written as read, never through a float."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from apps.core.errors import N_

from .faults import Unfit

FIRST_YEAR, LAST_YEAR, MOST_YEARS = 1800, 2400, 200
"""Days outside these years, and spans above so many, are typing errors."""
_AMOUNT = re.compile(r"([0-9]{1,15})(?:\.([0-9]{1,2}))?", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,9}", re.ASCII)


def read_fen(value: object) -> int:
    """Fen of an amount in yuan written with at most two decimals.  Raises Unfit."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise Unfit(N_("is not an amount in yuan"))
    text = str(value)
    found = _AMOUNT.fullmatch(text)
    if found:
        return int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))
    if text.startswith("-"):
        raise Unfit(N_("is a negative amount"))
    if re.fullmatch(r"[0-9]+\.[0-9]{3,}", text):
        raise Unfit(N_("has more than two decimals"))
    raise Unfit(N_("is not an amount in yuan"))


def read_whole(value: object) -> int:
    """A whole number of at least 0.  Raises Unfit."""
    if isinstance(value, bool) or not isinstance(value, str | int) or not _WHOLE.fullmatch(str(value)):
        raise Unfit(N_("is not a whole number of at least 0"))
    return int(value)


def read_days(value: object) -> int:
    """A number of days, of at most `MOST_YEARS`.  Raises Unfit."""
    return _at_most(read_whole(value), MOST_YEARS * 365)


def read_years(value: object) -> int:
    """A number of years, at most `MOST_YEARS`.  Raises Unfit."""
    return _at_most(read_whole(value), MOST_YEARS)


def _at_most(number: int, most: int) -> int:
    if number > most:
        raise Unfit(N_("is more than %(most)s years"), most=MOST_YEARS)
    return number


def read_number(value: object) -> Decimal:
    """A decimal number.  Raises Unfit."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise Unfit(N_("is not a number"))
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise Unfit(N_("is not a number")) from None
    if not number.is_finite():
        raise Unfit(N_("is not a number"))
    return number


def read_date(value: object) -> date:
    """A calendar day written YYYY-MM-DD.  Raises Unfit."""
    if type(value) is date:
        return value
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise Unfit(N_("is not a date (write it as 2022-03-01)"))
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise Unfit(N_("is not a day of the calendar")) from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Unfit(N_("is not between the years %(first)s and %(last)s"), first=FIRST_YEAR, last=LAST_YEAR)
    return day


def read_share(value: object) -> int:
    """Hundredths of a percent of a percentage between 0 and 100 with at most two decimals.  Raises Unfit."""
    try:
        share = read_fen(value)
    except Unfit:
        raise Unfit(N_("is not a percentage with at most two decimals")) from None
    if share > WHOLE_SHARE:
        raise Unfit(N_("is above 100 percent"))
    return share


WHOLE_SHARE = 100_00
"""100 percent in the unit of `read_share`."""


def yuan(fen: int) -> str:
    """``500.00`` for 50000 fen."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def plain_yuan(fen: int) -> str:
    """``1,000,000`` or ``588.35``: for people."""
    whole, rest = divmod(fen, 100)
    return f"{whole:,}.{rest:02d}" if rest else f"{whole:,}"


def plain_share(share: int) -> str:
    """``90`` or ``62.5``: a percentage for people."""
    return f"{share // 100}.{share % 100:02d}".rstrip("0").rstrip(".")


Amount = TypeVar("Amount", int, NDArray[np.int64])
"""Fen: one claim's, or a column with one for each claim."""


def part_of(amount: Amount, share: Amount) -> Amount:
    """A share (hundredths of a percent) of an amount in fen, half up."""
    return (amount * share + WHOLE_SHARE // 2) // WHOLE_SHARE
