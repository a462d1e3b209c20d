"""Which account is debited and which credited by each event: the one table of postings."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

Lines = tuple[tuple[str, int], tuple[str, int]]


class Posting(Enum):
    """An event that moves money.  Its value is the ``kind`` of the entry."""

    CONTRIBUTION_RECEIVED = "contribution-received"
    MONEY_ARRIVED = "money-arrived"
    MONEY_UNEXPLAINED = "money-unexplained"
    CONTRIBUTION_REFUND_REQUESTED = "contribution-refund-requested"
    CLAIM_DECIDED = "claim-decided"
    CLAIM_REVERSED = "claim-reversed"
    PAYMENT_REQUESTED = "payment-requested"
    PAYMENT_SETTLED = "payment-settled"
    PAYMENT_FAILED = "payment-failed"
    PAYMENT_RETURNED = "payment-returned"
    CONTRIBUTION_EARNED = "contribution-earned"
    OPERATING_COST = "operating-cost"
    OPEN_FUND_SHARE = "open-fund-share"
    RESERVE_CHANGE = "reserve-change"
    INCOME_CLOSED = "income-closed"
    CLAIMS_CLOSED = "claims-closed"
    COST_CLOSED = "cost-closed"
    SURPLUS_LOCKED = "surplus-locked"
    APPROPRIATED = "appropriated"
    APPROPRIATION_LAPSED = "appropriation-lapsed"


@dataclass(frozen=True, slots=True)
class Sides:
    """Debit and credit; ``{plan}`` and ``{account}`` stand for what the caller names.

    ``is_signed``: a negative amount is meant and turns the sides round (a reserve that falls).
    """

    debit: str
    credit: str
    is_signed: bool = False


P = Posting
TABLE: dict[Posting, Sides] = {
    P.CONTRIBUTION_RECEIVED: Sides("bank-clearing", "contributions-in-advance:{plan}"),
    P.MONEY_ARRIVED: Sides("bank", "bank-clearing"),
    P.MONEY_UNEXPLAINED: Sides("bank", "suspense", is_signed=True),
    P.CONTRIBUTION_REFUND_REQUESTED: Sides("{account}", "in-transit"),
    P.CLAIM_DECIDED: Sides("claims-incurred:{plan}", "claims-payable:{plan}"),
    P.CLAIM_REVERSED: Sides("claims-payable:{plan}", "claims-incurred:{plan}"),
    P.PAYMENT_REQUESTED: Sides("{account}", "in-transit"),
    P.PAYMENT_SETTLED: Sides("in-transit", "bank"),
    P.PAYMENT_FAILED: Sides("in-transit", "{account}"),
    P.PAYMENT_RETURNED: Sides("bank", "{account}"),
    P.CONTRIBUTION_EARNED: Sides("contributions-in-advance:{plan}", "contribution-income:{plan}"),
    P.OPERATING_COST: Sides("operating-cost", "payable-operator"),
    P.OPEN_FUND_SHARE: Sides("result-of-period", "open-fund"),
    P.RESERVE_CHANGE: Sides("result-of-period", "{account}", is_signed=True),
    P.INCOME_CLOSED: Sides("contribution-income:{plan}", "result-of-period"),
    P.CLAIMS_CLOSED: Sides("result-of-period", "claims-incurred:{plan}", is_signed=True),
    P.COST_CLOSED: Sides("result-of-period", "operating-cost"),
    P.SURPLUS_LOCKED: Sides("result-of-period", "surplus"),
    P.APPROPRIATED: Sides("surplus", "{account}"),
    P.APPROPRIATION_LAPSED: Sides("{account}", "surplus"),
}


def lines_of(event: Posting, *, amount_fen: int, plan: str | None = None, account: str | None = None) -> Lines:
    """The two lines of an event, debit positive.

    Raises ValueError for an amount the event does not take, or when plan or account is missing.
    """
    sides = TABLE[event]
    if amount_fen == 0 or (amount_fen < 0 and not sides.is_signed):
        raise ValueError(f"{event.value} does not take {amount_fen} fen")
    names = {"plan": plan, "account": account}
    for name, value in names.items():
        if not value and f"{{{name}}}" in sides.debit + sides.credit:
            raise ValueError(f"{event.value} needs the {name}")
    return (sides.debit.format(**names), amount_fen), (sides.credit.format(**names), -amount_fen)
