"""Which explanation fits a line of the statement that was kept apart: facts in, the reason why not out."""

from __future__ import annotations

from dataclasses import dataclass

from apps.core.errors import N_
from apps.payments.rules.matching import LineKind
from apps.payments.rules.states import UNSENT, UNSETTLED, State

SIGNS = {LineKind.PAID: -1, LineKind.RETURNED: 1, LineKind.RECEIVED: 1, LineKind.REJECTED: 0}
"""Which way a line moved money at the bank."""
BOOKABLE = ("payable-operator", "open-fund")
"""Ledger accounts a line may be booked to when no payment of ours explains it.

A cost beyond the operator's fixed one is not the fund's: a bank's fee is taken from what the operator is owed.
"""

NOT_IN = N_("Only money that came in can belong to what we asked for.")
NOT_WAITING = N_("This payment does not wait for the bank's statement.")
NOT_PAID = N_("Only a payment that was paid can come back.")
TOO_MUCH = N_("The bank paid more than this payment is for: the bank owes the difference back.")
OTHER_AMOUNT = N_("The amounts are not equal.")
ARRIVED = N_("This money has arrived with another line.")
NO_COUNTERPART = N_("The two lines do not add up to zero.")
NO_MONEY = N_("No money moved with this line: a note is enough.")
MONEY_MOVED = N_("Money moved with this line: a note is not enough.")

CAME_BACK = (LineKind.RETURNED, LineKind.RECEIVED)
"""Kinds of lines that may bring a payment back: not every bank says that money paid in is a return."""


@dataclass(frozen=True, slots=True)
class Apart:
    """A line kept apart."""

    kind: LineKind
    amount_fen: int

    @property
    def moved_fen(self) -> int:
        """What it did to the bank's balance."""
        return SIGNS[self.kind] * self.amount_fen


def matchable(*, is_restored: bool) -> tuple[State, ...]:
    """States in which a line may settle an order; restored books may lack that one was sent."""
    return (*UNSETTLED, *UNSENT) if is_restored else UNSETTLED


def why_not_order(line: Apart, *, amount_fen: int, state: State, is_restored: bool = False) -> str:
    """Empty when the line may settle the order, or bring back all that a settled one paid.

    To settle it less than asked for is allowed, the rest stays owed.
    """
    if line.kind in CAME_BACK:
        if state != State.SETTLED:
            return NOT_PAID
        return OTHER_AMOUNT if line.amount_fen != amount_fen else ""
    if line.kind != LineKind.PAID:
        return NO_MONEY
    if state not in matchable(is_restored=is_restored):
        return NOT_WAITING
    return TOO_MUCH if line.amount_fen > amount_fen else ""


def why_not_checkout(line: Apart, *, amount_fen: int, has_arrived: bool) -> str:
    """Empty when the line may be the money asked for."""
    if line.kind != LineKind.RECEIVED:
        return NOT_IN
    if has_arrived:
        return ARRIVED
    return OTHER_AMOUNT if line.amount_fen != amount_fen else ""


def why_not_pair(line: Apart, other: Apart) -> str:
    """Empty when the lines turn each other round."""
    return "" if line.moved_fen and line.moved_fen + other.moved_fen == 0 else NO_COUNTERPART


def why_not_book(line: Apart) -> str:
    return "" if line.moved_fen else NO_MONEY


def why_not_note(line: Apart) -> str:
    return MONEY_MOVED if line.moved_fen else ""
