"""What makes an order wait instead of going to the bank: its amount, its payee's account, the limits of a day."""

from __future__ import annotations

from dataclasses import dataclass

from apps.core.errors import N_


@dataclass(frozen=True, slots=True)
class LimitsInForce:
    """All in fen: from which amount two people release, and the most that goes out on one day."""

    release_from_fen: int
    payee_day_fen: int
    day_fen: int


@dataclass(frozen=True, slots=True)
class Sending:
    """An order about to be sent, and what would have gone out on this day with it.

    ``needs_release``: it was large by the limits of the moment in which it was asked for.
    """

    is_released: bool
    needs_release: bool
    account_is_current: bool
    amount_fen: int
    payee_day_fen: int
    day_fen: int


@dataclass(frozen=True, slots=True)
class Hold:
    """Why an order waits; ``until_tomorrow``: the next day it is tried again without anybody."""

    reason: str
    until_tomorrow: bool = False


LARGE = N_("Payments of this size are released by two people.")
ACCOUNT_CHANGED = N_("The payee has named another account since. Compare both, then release it for the new one.")
PAYEE_DAY = N_("With it the payee would get more than may go to one account on one day.")
DAY = N_("With it more would go out than may on one day.")
RELEASE_OVER_DAY = N_(
    "This is more than may go to one account on one day, so two people would not be asked first. "
    "Lower this, or raise that."
)
ACCOUNT_OVER_DAY = N_("To one account cannot go more than in all: lower this, or raise that.")


def why_not_limits(limits: LimitsInForce) -> tuple[str, str] | None:
    """Which of the limits contradicts another one, and why; ``None`` where they fit together.

    From the amount on that two people release down to the most in all, each may be at most the next one.
    """
    if limits.payee_day_fen > limits.day_fen:
        return "payee_day_fen", ACCOUNT_OVER_DAY
    if limits.release_from_fen > limits.payee_day_fen:
        return "release_from_fen", RELEASE_OVER_DAY
    return None


def hold_at_birth(amount_fen: int, limits: LimitsInForce) -> Hold | None:
    """Whether an order waits for its release from the beginning."""
    return Hold(LARGE) if amount_fen >= limits.release_from_fen else None


def hold_before_sending(sending: Sending, limits: LimitsInForce) -> Hold | None:
    """Whether an order that was about to go waits after all; a release goes past the limits, never past the account."""
    if not sending.account_is_current:
        return Hold(ACCOUNT_CHANGED)
    if sending.is_released:
        return None
    if sending.needs_release or sending.amount_fen >= limits.release_from_fen:
        return Hold(LARGE)
    if sending.payee_day_fen > limits.payee_day_fen:
        return Hold(PAYEE_DAY, until_tomorrow=True)
    if sending.day_fen > limits.day_fen:
        return Hold(DAY, until_tomorrow=True)
    return None
