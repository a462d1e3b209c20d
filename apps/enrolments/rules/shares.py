"""Who pays how much of a cover that a group has agreed on."""

from __future__ import annotations

from typing import NamedTuple


class Shares(NamedTuple):
    """What the group and what the member pay for one cover, in fen."""

    group_fen: int
    member_fen: int


def shares_of(price_fen: int, agreed_fen: int) -> Shares:
    """The group pays what was agreed and the member the rest of the price.

    A plan that costs its members nothing (casebook rows 9 and 12) is paid for as agreed.
    """
    if price_fen == 0:
        return Shares(agreed_fen, 0)
    group_fen = min(agreed_fen, price_fen)
    return Shares(group_fen, price_fen - group_fen)
