"""Who pays which part of a price, and when: payers, instalments, due days and days of grace."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise, takewhile

from apps.core.money import Money
from apps.core.periods import Period, add_months
from apps.enrolments.rules.period import due_date
from apps.plans.rules import Payer as PayerTerms
from apps.plans.rules import Paying

MONTHS = 12


class Schedule(StrEnum):
    ONCE = "once"
    QUARTERLY = "quarterly"
    MONTHLY = "monthly"


PARTS = {Schedule.ONCE: 1, Schedule.QUARTERLY: 4, Schedule.MONTHLY: MONTHS}


class Payer(StrEnum):
    SELF = "self"
    PERSONAL_ACCOUNT = "personal-account"
    SPONSOR = "sponsor"
    UNION = "union"
    GOVERNMENT = "government"
    LOTTERY_FUND = "lottery-fund"
    DISABILITY_FUND = "disability-fund"


FAMILY = frozenset({Payer.SELF, Payer.PERSONAL_ACCOUNT})
"""Payers whose part the family pays on the payment page, and who pay in instalments."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one payer bears of a price; ``is_trusted``: the cover does not wait for its money."""

    payer: Payer
    fen: int
    is_trusted: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """One contribution to ask for; no ``period``: it pays for the whole year; no ``grace_until``: nothing lapses."""

    payer: Payer
    number: int
    fen: int
    due: date
    is_trusted: bool
    period: Period | None = None
    grace_until: date | None = None


def shares(price_fen: int, payers: Sequence[PayerTerms], chosen: Payer = Payer.SELF) -> tuple[Share, ...]:
    """The price over the payers of the terms, in their order; what they leave is the family's own."""
    found, left = [], price_fen
    for payer in payers:
        if payer.is_chosen and payer.code != chosen:
            continue
        part = left if payer.amount is None else min(payer.amount, left)
        if part:
            found.append(Share(Payer(payer.code), part, payer.is_trusted))
        left -= part
    return (*found, Share(Payer.SELF, left)) if left else tuple(found)


def own_fen(price_fen: int, payers: Sequence[PayerTerms], chosen: Payer = Payer.SELF) -> int:
    """What the family pays after everybody else: a price lower by that, or less, is lower for nobody but the family."""
    last = takewhile(lambda share: share.payer in FAMILY, reversed(shares(price_fen, payers, chosen)))
    return sum(share.fen for share in last)


def choices(payers: Sequence[PayerTerms]) -> tuple[Payer, ...]:
    """Who may be chosen to pay the family's part; the family itself first."""
    return (Payer.SELF, *(Payer(payer.code) for payer in payers if payer.is_chosen))


def needs_group(payers: Sequence[PayerTerms], chosen: Payer = Payer.SELF) -> bool:
    """Whether the cover would wait for a payer that pays only for people on its own list."""
    return any(
        not payer.is_trusted and payer.code not in FAMILY and (not payer.is_chosen or payer.code == chosen)
        for payer in payers
    )


def periods(schedule: Schedule, year: Period) -> tuple[Period, ...]:
    """The days that each instalment pays for; together the whole year."""
    step = MONTHS // PARTS[schedule]
    edges = [*(add_months(year.start, step * number) for number in range(PARTS[schedule])), year.end]
    return tuple(Period(start, end) for start, end in pairwise(edges))


def amounts(fen: int, schedule: Schedule) -> tuple[int, ...]:
    """The instalments of an amount by largest remainder: they sum to it."""
    return tuple(part.fen for part in Money(fen).split([1] * PARTS[schedule]))


def asked(
    price_fen: int, paying: Paying, *, year: Period, today: date, schedule: Schedule, chosen: Payer
) -> tuple[Asked, ...]:
    """Every contribution of a cover, payer by payer."""
    found: list[Asked] = []
    for share in shares(price_fen, paying.payers, chosen):
        if schedule is Schedule.ONCE or share.payer not in FAMILY:
            found.append(Asked(share.payer, 1, share.fen, due_date(today), share.is_trusted))
        else:
            found.extend(_instalments(share, paying, year, today, schedule))
    return tuple(found)


def _instalments(share: Share, paying: Paying, year: Period, today: date, schedule: Schedule) -> Iterator[Asked]:
    parts = zip(amounts(share.fen, schedule), periods(schedule, year), strict=True)
    for number, (fen, period) in enumerate(parts, start=1):
        if fen:
            due, grace_until = days_of(number, period, due_date(today), paying)
            yield Asked(share.payer, number, fen, due, share.is_trusted, period, grace_until)


def days_of(number: int, period: Period, first_due: date, paying: Paying) -> tuple[date, date | None]:
    """When an instalment is due and the last day on which paying it keeps the cover.

    The first starts the cover, so nothing can lapse without it.
    """
    if number == 1:
        return first_due, None
    return period.start, period.start + timedelta(days=paying.grace_days)


def spread(fen: int, left: Sequence[int]) -> tuple[int, ...]:
    """Money that arrived over what is still due, the first filled first; what is over is nobody's."""
    parts = []
    for due in left:
        parts.append(min(due, fen))
        fen -= parts[-1]
    return tuple(parts)
