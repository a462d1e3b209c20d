"""Several payers of one bill, one after another: each sees only what the ones before left (casebook section 2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from .accumulators import Accumulators
from .adjudication import adjudicate
from .bill import open_lines
from .claims import Claim
from .decision import Decision
from .people import Insured, Policy
from .sharing import spread
from .terms import Terms
from .written import Words


@dataclass(frozen=True, slots=True)
class Layer:
    """One payer: with terms, or None where somebody decides case by case."""

    code: str
    name: Words
    terms: Terms | None


@dataclass(frozen=True, slots=True)
class Stack:
    """Payers in their order, and a bill that shows how they follow each other."""

    code: str
    name: Words
    says: Words
    source: str
    layers: tuple[Layer, ...]
    insured: Insured
    policy: Policy
    claim: Claim
    line_names: tuple[Words, ...]

    @property
    def by_hand(self) -> tuple[Layer, ...]:
        """The layers that are decided case by case."""
        return tuple(layer for layer in self.layers if layer.terms is None)


@dataclass(frozen=True, slots=True)
class Share:
    """What a layer found open, and paid; its decision where it has terms."""

    layer: Layer
    open_fen: int
    paid_fen: int
    decision: Decision | None = None


def shares_of(stack: Stack, claim: Claim, given: Mapping[str, int]) -> tuple[Share, ...]:
    """What each layer pays on the lines of a bill; ``given``: fen decided case by case, at most what is left.

    Fixed sums and allowances are no part of the bill, so only what layers pay on lines counts here.
    """
    shares = []
    for layer in stack.layers:
        left = open_lines(claim)
        decision = None
        if layer.terms is None:
            paid = spread(min(given.get(layer.code, 0), sum(left)), left)
        else:
            decision = adjudicate(layer.terms, stack.insured, stack.policy, claim, Accumulators.empty())
            paid = list(decision.line_paid_fen)
        shares.append(Share(layer, sum(left), sum(paid), decision))
        claim = _paid(claim, layer.code, paid)
    return tuple(shares)


def _paid(claim: Claim, code: str, paid: list[int]) -> Claim:
    lines = [
        replace(line, paid_before={**line.paid_before, code: fen}) for line, fen in zip(claim.lines, paid, strict=True)
    ]
    return replace(claim, lines=tuple(lines))
