"""Which accounts a fund has: the normal side of each, which may not go below zero, which are kept per plan or line."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from apps.core.errors import N_

DEBIT, CREDIT = 1, -1


class Group(Enum):
    """Where an account stands in the trial balance."""

    MONEY = N_("Money")
    OWED = N_("Owed to others")
    RESERVES = N_("Reserves and surplus")
    INCOME = N_("Income and cost")


@dataclass(frozen=True, slots=True)
class AccountRule:
    """One account, or one for each suffix (plan code, line key) when ``is_split``.

    ``clears_in``: days within which what stands on it must have gone on; 0 where it may stay.
    """

    code: str
    name: str
    normal: int
    group: Group
    no_overdraft: bool = False
    is_split: bool = False
    clears_in: int = 0


_RULES = (
    AccountRule("bank", N_("Bank"), DEBIT, Group.MONEY),
    AccountRule("bank-clearing", N_("Paid in, not yet on the statement"), DEBIT, Group.MONEY, clears_in=5),
    AccountRule("suspense", N_("To be explained"), CREDIT, Group.MONEY, clears_in=30),
    AccountRule("in-transit", N_("Sent, not yet settled"), CREDIT, Group.OWED, clears_in=5),
    AccountRule("contributions-in-advance", N_("Contributions in advance"), CREDIT, Group.OWED, is_split=True),
    AccountRule("claims-payable", N_("Claims to be paid"), CREDIT, Group.OWED, no_overdraft=True, is_split=True),
    AccountRule("payable-operator", N_("Owed to the operator"), CREDIT, Group.OWED),
    AccountRule("appropriation", N_("Granted by the council"), CREDIT, Group.OWED, no_overdraft=True, is_split=True),
    AccountRule("allowance-payable", N_("Allowances to be paid"), CREDIT, Group.OWED, no_overdraft=True, is_split=True),
    AccountRule("allowance-reserve", N_("Set aside for members"), CREDIT, Group.RESERVES, is_split=True),
    AccountRule("outstanding-reserve", N_("Reserve for open claims"), CREDIT, Group.RESERVES, is_split=True),
    AccountRule("statutory-reserve", N_("Statutory reserve"), CREDIT, Group.RESERVES),
    AccountRule("open-fund", N_("Open fund"), CREDIT, Group.RESERVES),
    AccountRule("result-of-period", N_("Result of the period"), CREDIT, Group.RESERVES),
    AccountRule("surplus", N_("Surplus"), CREDIT, Group.RESERVES, no_overdraft=True),
    AccountRule("contribution-income", N_("Contributions earned"), CREDIT, Group.INCOME, is_split=True),
    AccountRule("claims-incurred", N_("Claims incurred"), DEBIT, Group.INCOME, is_split=True),
    AccountRule("operating-cost", N_("Operating cost"), DEBIT, Group.INCOME),
)
CHART = {rule.code: rule for rule in _RULES}


def rule_of(code: str) -> AccountRule:
    """The rule of an account code such as ``claims-payable:asthma-6``.  Raises ValueError when the chart has none."""
    base, colon, suffix = code.partition(":")
    rule = CHART.get(base)
    if rule is None or rule.is_split != bool(colon) or rule.is_split != bool(suffix):
        raise ValueError(f"the chart of accounts knows no {code!r}")
    return rule
