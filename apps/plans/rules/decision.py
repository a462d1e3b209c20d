"""What the engine answers: who is accepted, what is paid, what is refused and by which steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .accumulators import Accumulators
from .written import Words

STEPS = (
    "scope",
    "paid-before",
    "deductible",
    "band",
    "rate",
    "visit-limit",
    "day-limit",
    "item-limit",
    "year-limit",
    "overall-limit",
    "bill-limit",
    "rounding",
    "lump-sum",
    "allowance",
)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why joining is declined: code, English msgid with its parameters, and the plan's own sentence."""

    code: str
    text: str
    params: Mapping[str, object] = field(default_factory=dict)
    says: Words | None = None
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Whether a person may join."""

    accepted: bool
    reasons: tuple[Reason, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """The reason codes, each once, in order."""
        return tuple(dict.fromkeys(reason.code for reason in self.reasons))


@dataclass(frozen=True, slots=True)
class Refused:
    """A line (from 1) not paid at all and why; ``line`` None for an event."""

    line: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step that changed the amount of a benefit, in fen, with the clause that caused it."""

    benefit: str
    step: str
    before_fen: int
    after_fen: int
    clause: str
    params: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """What one plan pays on one claim.

    ``line_paid_fen`` has one amount a line: what this plan paid on it, an earlier payer for the next cover.  Lump sums
    and allowances are in ``benefits`` and ``paid_fen`` but on no line.
    """

    paid_fen: int
    benefits: Mapping[str, int]
    line_paid_fen: tuple[int, ...]
    refused: tuple[Refused, ...]
    steps: tuple[Step, ...]
    accumulators_after: Accumulators
