"""What remains of a quarter, or of it so far: from earned contribution to the surplus that is locked, to the fen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from typing import Any

from apps.actuary.rules.reserves import case_reserve, ibnr_reserve, part_of
from apps.actuary.rules.terms import ClosingTerms
from apps.core.money import Money


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """One plan as gathered at the end of a period, counted from the first day of its quarter; all in fen."""

    plan: str
    earned: int
    decided: int  # claims decided and not yet carried into a result of an earlier quarter, reversals deducted
    asked: int  # own expense on claims filed and not decided
    reserve_before: int
    earned_last_quarter: int = 0
    set_aside_before: int = 0
    year_before: int = 0  # what the plan's earlier quarters of the year have left


@dataclass(frozen=True, slots=True)
class PlanResult:
    """``cost`` and ``open_fund``: the plan's part of the fund's, by what it earned.

    ``set_aside``: what stands at the end for the allowance to its members.
    """

    plan: str
    earned: int
    decided: int
    asked: int
    case_reserve: int
    ibnr: int
    reserve_before: int
    cost: int = 0
    open_fund: int = 0
    set_aside: int = 0
    set_aside_before: int = 0

    @property
    def reserve(self) -> int:
        return self.case_reserve + self.ibnr

    @property
    def reserve_change(self) -> int:
        return self.reserve - self.reserve_before

    @property
    def set_aside_change(self) -> int:
        return self.set_aside - self.set_aside_before

    @property
    def incurred(self) -> int:
        return self.decided + self.reserve_change

    @property
    def left(self) -> int:
        """What the plan itself leaves after its claims and its part of cost and open fund; negative for a loss."""
        return self.earned - self.incurred - self.cost - self.open_fund

    @property
    def loss_ratio(self) -> Fraction | None:
        """Incurred over earned; none when nothing was earned."""
        return Fraction(self.incurred, self.earned) if self.earned > 0 else None


@dataclass(frozen=True, slots=True)
class Result:
    """The figures of a quarter, or of a quarter so far (then ``is_whole`` is false, and no surplus is formed).

    ``carried`` is a loss of earlier quarters not yet made good, zero or negative.
    """

    plans: tuple[PlanResult, ...]
    operating_cost: int
    open_fund: int
    carried: int
    statutory_reserve: int
    is_whole: bool = True

    @property
    def earned(self) -> int:
        return sum(plan.earned for plan in self.plans)

    @property
    def decided(self) -> int:
        return sum(plan.decided for plan in self.plans)

    @property
    def incurred(self) -> int:
        return sum(plan.incurred for plan in self.plans)

    @property
    def reserve_change(self) -> int:
        return sum(plan.reserve_change for plan in self.plans)

    @property
    def set_aside_change(self) -> int:
        return sum(plan.set_aside_change for plan in self.plans)

    @property
    def before_reserve(self) -> int:
        own = self.earned - self.incurred - self.operating_cost - self.open_fund - self.set_aside_change
        return self.carried + own

    @property
    def surplus(self) -> int:
        return max(0, self.before_reserve - self.statutory_reserve) if self.is_whole else 0

    @property
    def carried_forward(self) -> int:
        """The loss left to later quarters, zero or negative; for a part of a quarter, what it has left so far."""
        return min(0, self.before_reserve) if self.is_whole else self.before_reserve

    @property
    def loss_ratio(self) -> Fraction | None:
        """Incurred over earned; none when nothing was earned."""
        return Fraction(self.incurred, self.earned) if self.earned > 0 else None


def result_of(plans: Sequence[PlanFacts], carried: int, terms: ClosingTerms, elapsed: Fraction = Fraction(1)) -> Result:
    """The figures from what was gathered; ``elapsed``: how much of the quarter is over, 1 at its end.

    A loss is made good before a surplus or a reserve is formed.
    """
    cost = part_of(terms.operating_cost_fen, elapsed)
    open_fund = part_of(max(0, sum(facts.earned for facts in plans)), terms.open_fund_rate)
    weights = [max(0, facts.earned) for facts in plans]
    costs, funds = _parts(cost, weights), _parts(open_fund, weights)
    rows = tuple(
        replace(_plan_result(facts, terms, elapsed), cost=costs[place], open_fund=funds[place])
        for place, facts in enumerate(plans)
    )
    bare = Result(rows, cost, open_fund, carried, statutory_reserve=0, is_whole=elapsed == 1)
    draft = replace(bare, plans=_set_aside(bare, {facts.plan: facts.year_before for facts in plans}, terms))
    reserve = part_of(max(0, draft.before_reserve), terms.statutory_reserve_rate) if draft.is_whole else 0
    return replace(draft, statutory_reserve=reserve)


def _plan_result(facts: PlanFacts, terms: ClosingTerms, elapsed: Fraction) -> PlanResult:
    """IBNR looks back a quarter's length: a part of a quarter stands with the rest of the one before it."""
    exposed = facts.earned + part_of(facts.earned_last_quarter, 1 - elapsed)
    return PlanResult(
        plan=facts.plan,
        earned=facts.earned,
        decided=facts.decided,
        asked=facts.asked,
        case_reserve=case_reserve(facts.asked, terms.case_rate),
        ibnr=ibnr_reserve(exposed, terms.expected_loss_ratio, terms.unreported_share),
        reserve_before=facts.reserve_before,
        set_aside=facts.set_aside_before,
        set_aside_before=facts.set_aside_before,
    )


def _parts(fen: int, weights: Sequence[int]) -> list[int]:
    """The plans' parts by what they earned; none where nothing was earned."""
    return [part.fen for part in Money(fen).split(weights)] if sum(weights) else [0] * len(weights)


def _set_aside(bare: Result, year_before: Mapping[str, int], terms: ClosingTerms) -> tuple[PlanResult, ...]:
    """What the members' allowance of each returning plan stands at: its year so far, as far as the fund has it."""
    shares = {one.plan: one.share for one in terms.returned}
    rows = []
    room = max(0, bare.before_reserve)
    for row in bare.plans:
        target = part_of(max(0, year_before[row.plan] + row.left), shares.get(row.plan, Fraction(0)))
        change = min(target - row.set_aside_before, room)
        room -= change
        rows.append(replace(row, set_aside=row.set_aside_before + change))
    return tuple(rows)


def result_data(result: Result) -> dict[str, Any]:
    """The figures as plain data: what was gathered and worked out, with the sums a reader needs."""
    sums = ("earned", "incurred", "reserve_change", "set_aside_change", "before_reserve", "surplus", "carried_forward")
    return asdict(result) | {"sums": {name: getattr(result, name) for name in sums}}


def result_from(data: Mapping[str, Any]) -> Result:
    """The inverse of ``result_data``; sums are worked out again."""
    own = {name: value for name, value in data.items() if name not in ("plans", "sums")}
    return Result(plans=tuple(PlanResult(**row) for row in data["plans"]), **own)
