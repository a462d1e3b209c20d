"""Whether a line is passed: quorum, base and threshold, in whole numbers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import product

from apps.plans.rules import Words


class Base(StrEnum):
    CAST = "cast"
    PRESENT = "present"
    ENTITLED = "entitled"
    SEATS = "seats"


class Comparator(StrEnum):
    AT_LEAST = ">="
    MORE_THAN = ">"


class Reason(StrEnum):
    PASSED = "passed"
    QUORUM_MISSED = "quorum-missed"
    THRESHOLD_MISSED = "threshold-missed"


@dataclass(frozen=True, slots=True)
class DecisionRule:
    """One way to decide, as data: ``id@version/call``."""

    id: str
    version: int
    klass: str
    call: int
    quorum: Fraction
    quorum_of: Base
    base: Base
    threshold: Fraction
    comparator: Comparator
    least_voters: int
    ratification: str
    source: Words

    @property
    def name(self) -> str:
        return f"{self.id}@{self.version}/{self.call}"


@dataclass(frozen=True, slots=True)
class Tally:
    """Votes on one line among ``seats`` seats, ``recused`` of which may not vote on it."""

    seats: int
    recused: int
    yes: int
    no: int
    abstain: int

    def __post_init__(self) -> None:
        if min(self.recused, self.yes, self.no, self.abstain) < 0 or self.present > self.entitled:
            raise ValueError(f"more votes than seats entitled: {self}")

    @property
    def cast(self) -> int:
        return self.yes + self.no

    @property
    def present(self) -> int:
        return self.cast + self.abstain

    @property
    def entitled(self) -> int:
        return self.seats - self.recused

    def size(self, base: Base) -> int:
        return {
            Base.CAST: self.cast,
            Base.PRESENT: self.present,
            Base.ENTITLED: self.entitled,
            Base.SEATS: self.seats,
        }[base]


def evaluate(rule: DecisionRule, tally: Tally) -> Reason:
    """Whether the line passes.  Whole numbers only: 6 of 9 is two thirds.  Nobody voting passes nothing."""
    if not reaches(tally.present, tally.size(rule.quorum_of), rule.quorum, Comparator.AT_LEAST):
        return Reason.QUORUM_MISSED
    if not reaches(tally.yes, tally.size(rule.base), rule.threshold, rule.comparator):
        return Reason.THRESHOLD_MISSED
    return Reason.PASSED


def reaches(part: int, whole: int, share: Fraction, comparator: Comparator) -> bool:
    """``part/whole`` compared with ``share`` without dividing; nothing of nothing never reaches it."""
    if part <= 0 or whole <= 0:
        return False
    left, right = part * share.denominator, share.numerator * whole
    return left > right if comparator is Comparator.MORE_THAN else left >= right


def is_settled(rule: DecisionRule, tally: Tally) -> bool:
    """Whether no vote still to come could change the result, so that the ballot may close before its time."""
    left = tally.entitled - tally.present
    now = evaluate(rule, tally)
    return all(
        evaluate(rule, Tally(tally.seats, tally.recused, tally.yes + yes, tally.no + no, tally.abstain + abstain))
        is now
        for yes, no, abstain in product(range(left + 1), repeat=3)
        if yes + no + abstain <= left
    )
