"""How amounts, shares, days and moments are written, in the reader's language."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from django.utils.dateformat import format as dateformat
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext

from apps.core.money import Money

MINUS = "\N{MINUS SIGN}"
NOTHING = "\N{EN DASH}"


def yuan_text(amount: Money | int | str | None, *, decimals: bool = True) -> str:
    """Fen as ``¥1,234.56``; whole yuan (half up) when decimals are not wanted."""
    if amount is None or amount == "":
        return NOTHING
    fen = amount.fen if isinstance(amount, Money) else int(amount)
    sign = MINUS if fen < 0 else ""
    if not decimals:
        return f"{sign}¥{(abs(fen) + 50) // 100:,}"
    yuan, rest = divmod(abs(fen), 100)
    return f"{sign}¥{yuan:,}.{rest:02d}"


def percent_text(ratio: Decimal | Fraction | float | str | None, decimals: int = 1) -> str:
    """A share as ``8%`` or ``62.5%``: no more decimals than it needs."""
    if ratio is None or ratio == "":
        return NOTHING
    text = f"{float(ratio) * 100:.{decimals}f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text}%".replace("-", MINUS)


def is_chinese() -> bool:
    return (get_language() or "").startswith("zh")


def day_text(day: date | None) -> str:
    """``23 Nov 2026`` or ``2026年11月23日``; a moment is taken as the day it fell on where the fund lives."""
    if not day:
        return NOTHING
    if isinstance(day, datetime):
        day = localtime(day).date()
    return dateformat(day, "Y年n月j日" if is_chinese() else "j M Y")


def quarter_text(start: date) -> str:
    """``Q3 2026`` or ``2026年第3季度``, by the first day of a quarter."""
    return gettext("Q%(number)d %(year)d") % {"number": (start.month + 2) // 3, "year": start.year}


def month_text(start: date) -> str:
    """``September 2026`` or ``2026年9月``, by the first day of a month."""
    return dateformat(start, "Y年n月" if is_chinese() else "F Y")


def moment_text(moment: datetime | None) -> str:
    """``23 Nov 2026, 14:05`` or ``2026年11月23日 14:05``."""
    if not moment:
        return NOTHING
    return dateformat(localtime(moment), "Y年n月j日 H:i" if is_chinese() else "j M Y, H:i")


class InBothLanguages(Protocol):
    """A text of the data, in Chinese and in English."""

    @property
    def zh(self) -> str: ...
    @property
    def en(self) -> str: ...


def in_language(words: InBothLanguages) -> str:
    """A text of the data in the language of the reader."""
    return words.zh if is_chinese() else words.en
