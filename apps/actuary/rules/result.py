"""What remains of a quarter: from earned contribution to the surplus that is locked, exact to the fen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

from apps.actuary.rules.reserves import case_reserve, ibnr_reserve, part_of
from apps.actuary.rules.terms import ClosingTerms


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """One plan as gathered at the end of the quarter; all in fen."""

    plan: str
    earned: int
    decided: int  # claims decided and not yet carried into a result, reversals deducted
    asked: int  # own expense on claims filed and not decided
    reserve_before: int


@dataclass(frozen=True, slots=True)
class PlanResult:
    plan: str
    earned: int
    decided: int
    asked: int
    case_reserve: int
    ibnr: int
    reserve_before: int

    @property
    def reserve(self) -> int:
        return self.case_reserve + self.ibnr

    @property
    def reserve_change(self) -> int:
        return self.reserve - self.reserve_before

    @property
    def incurred(self) -> int:
        return self.decided + self.reserve_change

    @property
    def loss_ratio(self) -> Fraction | None:
        """Incurred over earned; none when nothing was earned."""
        return Fraction(self.incurred, self.earned) if self.earned > 0 else None


@dataclass(frozen=True, slots=True)
class Result:
    """The figures of a quarter; ``carried`` is a loss of earlier quarters not yet made good, zero or negative."""

    plans: tuple[PlanResult, ...]
    operating_cost: int
    open_fund: int
    carried: int
    statutory_reserve: int

    @property
    def earned(self) -> int:
        return sum(plan.earned for plan in self.plans)

    @property
    def incurred(self) -> int:
        return sum(plan.incurred for plan in self.plans)

    @property
    def reserve_change(self) -> int:
        return sum(plan.reserve_change for plan in self.plans)

    @property
    def before_reserve(self) -> int:
        return self.carried + self.earned - self.incurred - self.operating_cost - self.open_fund

    @property
    def surplus(self) -> int:
        return max(0, self.before_reserve - self.statutory_reserve)

    @property
    def carried_forward(self) -> int:
        """The loss left to later quarters, zero or negative."""
        return min(0, self.before_reserve)

    @property
    def loss_ratio(self) -> Fraction | None:
        """Incurred over earned; none when nothing was earned."""
        return Fraction(self.incurred, self.earned) if self.earned > 0 else None


def result_of(plans: Sequence[PlanFacts], carried: int, terms: ClosingTerms) -> Result:
    """The quarter's figures from what was gathered.  A loss is made good before a surplus or a reserve is formed."""
    rows = tuple(_plan_result(plan, terms) for plan in plans)
    open_fund = part_of(max(0, sum(row.earned for row in rows)), terms.open_fund_rate)
    draft = Result(rows, terms.operating_cost_fen, open_fund, carried, statutory_reserve=0)
    reserve = part_of(max(0, draft.before_reserve), terms.statutory_reserve_rate)
    return Result(rows, terms.operating_cost_fen, open_fund, carried, reserve)


def _plan_result(facts: PlanFacts, terms: ClosingTerms) -> PlanResult:
    return PlanResult(
        plan=facts.plan,
        earned=facts.earned,
        decided=facts.decided,
        asked=facts.asked,
        case_reserve=case_reserve(facts.asked, terms.case_rate),
        ibnr=ibnr_reserve(facts.earned, terms.expected_loss_ratio, terms.unreported_share),
        reserve_before=facts.reserve_before,
    )


def result_data(result: Result) -> dict[str, Any]:
    """The figures as plain data: what was gathered and worked out, with the sums a reader needs."""
    sums = ("earned", "incurred", "reserve_change", "before_reserve", "surplus", "carried_forward")
    return asdict(result) | {"sums": {name: getattr(result, name) for name in sums}}


def result_from(data: dict[str, Any]) -> Result:
    """The inverse of ``result_data``; sums are worked out again."""
    own = {name: data[name] for name in ("operating_cost", "open_fund", "carried", "statutory_reserve")}
    return Result(plans=tuple(PlanResult(**row) for row in data["plans"]), **own)
