"""What money out and money in are for: as the app that asked names its row, else as the kind of payment says."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext

from apps.fund import words
from apps.payments.models import Checkout, Order


def what_for(row: Order | Checkout) -> str:
    return what_each_is_for([row])[0]


def what_each_is_for(rows: Sequence[Order | Checkout]) -> list[str]:
    """In the order of the rows; as many queries as apps that asked."""
    named = words.sources(row.source for row in rows)
    return [named.get(row.source) or _kind(row) for row in rows]


def _kind(row: Order | Checkout) -> str:
    return row.get_purpose_display() if isinstance(row, Order) else gettext("Money we asked for")
