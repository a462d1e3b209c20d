"""Who pays which part of a bill, one after another, down to what is the family's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from apps.plans.rules import PAYERS


@dataclass(frozen=True, slots=True)
class Layer:
    """One payer's part of the bill: from ``start_fen`` on, ``paid_fen`` long.  ``is_cover``: a plan of this fund."""

    payer: str
    paid_fen: int
    start_fen: int
    is_cover: bool = False


OWN = "own"


def waterfall(billed_fen: int, earlier: Mapping[str, int], covers: Iterable[tuple[str, int]]) -> tuple[Layer, ...]:
    """The layers of a bill in order, adding up to it exactly; the family's own part is always the last.

    ``covers``: (plan code, fen paid on lines) in order; lump sums and allowances are no part of a bill.
    Raises ValueError when payers are above the bill.
    """
    ranked = sorted(earlier.items(), key=lambda item: _rank(item[0]))
    layers: list[Layer] = []
    used = 0
    for payer, fen, is_cover in [*((p, f, False) for p, f in ranked), *((c, f, True) for c, f in covers)]:
        if fen:
            layers.append(Layer(payer, fen, used, is_cover))
            used += fen
    if used > billed_fen:
        raise ValueError(f"payers take {used} fen of a bill of {billed_fen}")
    return (*layers, Layer(OWN, billed_fen - used, used))


def _rank(payer: str) -> int:
    return PAYERS.index(payer) if payer in PAYERS else len(PAYERS)
