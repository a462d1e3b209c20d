"""What earlier payers left open on each line of a bill."""

from __future__ import annotations

from collections.abc import Mapping

from apps.plans.errors import BillOverpaid

from .claims import PAYERS, Claim
from .scalars import yuan
from .sharing import spread


def payer_rank(payer: str) -> int:
    """Place of a payer in the waterfall; payers it does not know come after those it knows."""
    return PAYERS.index(payer) if payer in PAYERS else len(PAYERS)


def in_waterfall_order(paid: Mapping[str, int]) -> list[tuple[str, int]]:
    """Payers one after another as the waterfall has them, others as first seen."""
    return sorted(paid.items(), key=lambda item: payer_rank(item[0]))


def open_lines(claim: Claim) -> tuple[int, ...]:
    """Fen still open on each line after all earlier payers.

    A claim-level payment is spread over the lines in proportion to what each still has open (contract: `paid_before`).
    Raises BillOverpaid when payers are above a line or the bill.
    """
    left = []
    for line in claim.lines:
        rest = line.billed_fen
        for payer, paid in line.paid_before.items():
            if paid > rest:
                raise BillOverpaid(payer=payer, paid=yuan(paid), left=yuan(rest))
            rest -= paid
        left.append(rest)
    for payer, paid in in_waterfall_order(claim.paid_before):
        rest = sum(left)
        if paid > rest:
            raise BillOverpaid(payer=payer, paid=yuan(paid), left=yuan(rest))
        left = [was - share for was, share in zip(left, spread(paid, left), strict=True)]
    return tuple(left)
