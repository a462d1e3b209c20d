"""Which account is debited and which credited by each event: the one table of postings."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from apps.core.errors import N_

Lines = tuple[tuple[str, int], tuple[str, int]]


class Posting(Enum):
    """An event that moves money.  Its value is the ``kind`` of the entry."""

    CONTRIBUTION_RECEIVED = "contribution-received"
    MONEY_ARRIVED = "money-arrived"
    MONEY_UNEXPLAINED = "money-unexplained"
    CONTRIBUTION_IN_EXCESS = "contribution-in-excess"
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
    ALLOWANCE_GRANTED = "allowance-granted"
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
    P.CONTRIBUTION_IN_EXCESS: Sides("bank-clearing", "suspense"),
    P.CONTRIBUTION_REFUND_REQUESTED: Sides("{account}", "in-transit"),
    P.CLAIM_DECIDED: Sides("claims-incurred:{plan}", "claims-payable:{plan}"),
    P.CLAIM_REVERSED: Sides("claims-payable:{plan}", "claims-incurred:{plan}"),
    P.PAYMENT_REQUESTED: Sides("{account}", "in-transit"),
    P.PAYMENT_SETTLED: Sides("in-transit", "bank"),
    P.PAYMENT_FAILED: Sides("in-transit", "{account}"),
    P.PAYMENT_RETURNED: Sides("bank", "{account}"),
    P.CONTRIBUTION_EARNED: Sides("contributions-in-advance:{plan}", "contribution-income:{plan}", is_signed=True),
    P.OPERATING_COST: Sides("operating-cost", "payable-operator"),
    P.OPEN_FUND_SHARE: Sides("result-of-period", "open-fund", is_signed=True),
    P.RESERVE_CHANGE: Sides("result-of-period", "{account}", is_signed=True),
    P.INCOME_CLOSED: Sides("contribution-income:{plan}", "result-of-period", is_signed=True),
    P.CLAIMS_CLOSED: Sides("result-of-period", "claims-incurred:{plan}", is_signed=True),
    P.COST_CLOSED: Sides("result-of-period", "operating-cost"),
    P.SURPLUS_LOCKED: Sides("result-of-period", "surplus"),
    P.ALLOWANCE_GRANTED: Sides("allowance-reserve:{plan}", "allowance-payable:{plan}"),
    P.APPROPRIATED: Sides("surplus", "{account}"),
    P.APPROPRIATION_LAPSED: Sides("{account}", "surplus"),
}

NAMES: dict[Posting, str] = {
    P.CONTRIBUTION_RECEIVED: N_("Contribution received"),
    P.MONEY_ARRIVED: N_("Money arrived at the bank"),
    P.MONEY_UNEXPLAINED: N_("Money to be explained"),
    P.CONTRIBUTION_IN_EXCESS: N_("Contribution paid twice"),
    P.CONTRIBUTION_REFUND_REQUESTED: N_("Refund of a contribution asked for"),
    P.CLAIM_DECIDED: N_("Claim decided"),
    P.CLAIM_REVERSED: N_("Claim taken back"),
    P.PAYMENT_REQUESTED: N_("Payment asked for"),
    P.PAYMENT_SETTLED: N_("Payment settled"),
    P.PAYMENT_FAILED: N_("Payment refused by the bank"),
    P.PAYMENT_RETURNED: N_("Payment returned by the bank"),
    P.CONTRIBUTION_EARNED: N_("Contribution earned"),
    P.OPERATING_COST: N_("Operating cost"),
    P.OPEN_FUND_SHARE: N_("Share of the open fund"),
    P.RESERVE_CHANGE: N_("Change of a reserve"),
    P.INCOME_CLOSED: N_("Income of the period"),
    P.CLAIMS_CLOSED: N_("Claims of the period"),
    P.COST_CLOSED: N_("Cost of the period"),
    P.SURPLUS_LOCKED: N_("Surplus locked"),
    P.ALLOWANCE_GRANTED: N_("Allowances granted to members"),
    P.APPROPRIATED: N_("Granted by the council"),
    P.APPROPRIATION_LAPSED: N_("Grant lapsed"),
}
BY_HAND = frozenset({P.APPROPRIATION_LAPSED.value})
"""Kinds of entries that people may take back: no process of the portal has a step of its own that does it.

None that moves the bank or its clearing is among them: the bank's statement alone says what happened there.
"""

KIND_NAMES = {event.value: name for event, name in NAMES.items()} | {
    "statement-line-booked": N_("Line of the bank's statement, booked by two people"),
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
