"""What everyone may know of the fund: money in, money out, what is kept, by quarter and by plan; no person in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from apps.core.errors import N_
from apps.core.periods import Period
from apps.fund.rules.chart import rule_of
from apps.fund.selectors import balances, movements

RECEIVED = ("contribution-received",)
DECIDED = ("claim-decided", "claim-reversed")
BANK = "bank"
SHARES: dict[str, tuple[str, ...]] = {
    N_("Cover paid for and still to come"): ("contributions-in-advance",),
    N_("Claims granted, payment not yet asked for"): ("claims-payable",),
    N_("Payments asked for, not yet out of the bank"): ("in-transit",),
    N_("Reserves for claims"): ("outstanding-reserve", "statutory-reserve"),
    N_("Allowances for members"): ("allowance-reserve", "allowance-payable"),
    N_("Open fund"): ("open-fund",),
    N_("Granted by the council, not yet paid"): ("appropriation",),
    N_("Surplus not yet given out"): ("surplus",),
    N_("Owed to the operator"): ("payable-operator",),
    N_("To be explained"): ("suspense",),
    N_("Claims granted in quarters not closed yet"): ("claims-incurred",),
    N_("Loss carried forward, or result of a close under way"): (
        "contribution-income",
        "operating-cost",
        "result-of-period",
    ),
    N_("Paid in, not yet on the statement"): ("bank-clearing",),
}
"""Whose money is in the bank, by accounts of the ledger: every one of them but the bank's own."""


@dataclass(frozen=True)
class Share:
    """What some of the money in the bank is for (fen), or below zero what has to be taken off."""

    name: str
    fen: int


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
    reserves_fen: int
    surplus_fen: int
    bank_fen: int
    shares: tuple[Share, ...]
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
        reserves_fen=_owed(now, "outstanding-reserve", "statutory-reserve"),
        surplus_fen=_owed(now, "surplus"),
        bank_fen=now.get(BANK, 0),
        shares=shares_of_bank(now),
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


def shares_of_bank(now: dict[str, int]) -> tuple[Share, ...]:
    """What the money in the bank is for, by the balances of all accounts.

    As every entry sums to zero, the shares sum to the balance of the bank.
    """
    shares = (Share(name, _owed(now, *bases)) for name, bases in SHARES.items())
    return tuple(share for share in shares if share.fen)


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


def _owed(by_code: dict[str, int], *bases: str) -> int:
    """What stands on the accounts, positive where it is owed or kept for somebody."""
    return sum(-rule_of(code).normal * fen for code, fen in by_code.items() if code.partition(":")[0] in bases)
