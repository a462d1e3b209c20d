"""What everyone may know of the fund: money in, money out, what is kept, by quarter and by plan; no person in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from apps.core.periods import Period
from apps.fund.selectors import balance, balances, movements

RECEIVED = ("contribution-received",)
DECIDED = ("claim-decided", "claim-reversed")


@dataclass(frozen=True)
class PlanBooks:
    """One plan from the first day: contributions received, claims decided (fen)."""

    plan: str
    contributions_fen: int
    claims_fen: int


@dataclass(frozen=True)
class QuarterBooks:
    """One quarter: contributions received, claims decided, payments settled to families (fen)."""

    period: Period
    contributions_fen: int
    claims_fen: int


@dataclass(frozen=True)
class PublicBooks:
    """All figures of the public page, in fen."""

    contributions_fen: int
    claims_fen: int
    claims_to_pay_fen: int
    money_fen: int
    advance_fen: int
    reserves_fen: int
    open_fund_fen: int
    surplus_fen: int
    granted_fen: int
    plans: tuple[PlanBooks, ...]
    quarters: tuple[QuarterBooks, ...]


def public_books(*, since: date, today: date) -> PublicBooks:
    """The books as anyone may see them, from the day the fund began."""
    end = Period.quarter_of(today).end
    received = movements("contributions-in-advance", since, end, RECEIVED)
    decided = movements("claims-incurred", since, end, DECIDED)
    codes = sorted({code.partition(":")[2] for code in (*received, *decided)})
    now = balances()
    return PublicBooks(
        contributions_fen=sum(received.values()),
        claims_fen=sum(decided.values()),
        claims_to_pay_fen=_sum(now, "claims-payable"),
        money_fen=now.get("bank", 0) + now.get("bank-clearing", 0),
        advance_fen=_sum(now, "contributions-in-advance"),
        reserves_fen=_sum(now, "outstanding-reserve") + now.get("statutory-reserve", 0),
        open_fund_fen=now.get("open-fund", 0),
        surplus_fen=balance("surplus"),
        granted_fen=_sum(now, "appropriation"),
        plans=tuple(
            PlanBooks(
                code,
                received.get(f"contributions-in-advance:{code}", 0),
                decided.get(f"claims-incurred:{code}", 0),
            )
            for code in codes
        ),
        quarters=tuple(_quarter(period) for period in quarters_between(since, today)),
    )


def quarters_between(since: date, today: date) -> list[Period]:
    """Quarters from the one of ``since`` to the one of ``today``, the newest first."""
    periods = [Period.quarter_of(since)]
    while today not in periods[-1]:
        periods.append(Period.quarter_of(periods[-1].end))
    return periods[::-1]


def _quarter(period: Period) -> QuarterBooks:
    received = sum(movements("contributions-in-advance", period.start, period.end, RECEIVED).values())
    decided = sum(movements("claims-incurred", period.start, period.end, DECIDED).values())
    return QuarterBooks(period, received, decided)


def _sum(by_code: dict[str, int], base: str) -> int:
    return sum(fen for code, fen in by_code.items() if code.partition(":")[0] == base)
