"""Parameters of closing a quarter, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

RATES = ("open_fund_rate", "case_rate", "expected_loss_ratio", "unreported_share", "statutory_reserve_rate")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter as written, with where it comes from."""

    name: str
    value: str
    source: str
    clause: str


@dataclass(frozen=True, slots=True)
class Returned:
    """A plan whose yearly surplus, or a share of it, goes back to its members as an allowance.

    ``least_days``: how long somebody must have been covered in the year to have a part in it.
    """

    plan: str
    share: Fraction
    least_days: int


@dataclass(frozen=True, slots=True)
class ClosingTerms:
    """One dated set of parameters; rates are exact fractions between 0 and 1."""

    version: str
    valid_from: date
    operating_cost_fen: int
    open_fund_rate: Fraction
    case_rate: Fraction
    expected_loss_ratio: Fraction
    unreported_share: Fraction
    statutory_reserve_rate: Fraction
    parameters: tuple[Parameter, ...] = ()
    returned: tuple[Returned, ...] = ()
