"""What a family files, and whether it can be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from apps.claims.errors import (
    AmountOutOfRange,
    DayInFuture,
    DischargeBeforeAdmission,
    DischargeInFuture,
    EventIncomplete,
    NoLines,
    PayersAboveBill,
    ReceiptUnreadable,
    TooLongAgo,
)
from apps.claims.rules.receipts import is_readable
from apps.core.money import Money
from apps.core.periods import add_years
from apps.plans.rules.claims import AREAS, CATALOGUES, CATEGORIES, EVENTS, KINDS, LEVELS, PAYERS

EARLIER_PAYERS = tuple(payer for payer in PAYERS if payer != "mutual")
MAX_FEN = 10_000_000_000
MAX_YEARS_AGO = 2


@dataclass(frozen=True, slots=True)
class FiledLine:
    """One line of a receipt; ``is_unnamed``: a medicine the family could not name."""

    category: str
    description: str
    billed_fen: int
    code: str = ""
    catalogue: str = "in"
    is_unnamed: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where the care was given; ``organisation_id`` where the directory knows it."""

    name: str
    level: str
    area: str = "local"
    organisation_id: int | None = None


@dataclass(frozen=True, slots=True)
class Filing:
    """A bill as filed.  ``diagnosis`` is an ICD-10 code, empty when the family does not know it (then in words)."""

    kind: str
    service_date: date
    place: Place
    issuer: str
    receipt_number: str
    diagnosis: str = ""
    diagnosis_words: str = ""
    discharged: date | None = None
    event: str = ""
    severity: str = ""
    grade: int | None = None
    lines: tuple[FiledLine, ...] = ()
    earlier: Mapping[str, int] = field(default_factory=dict)

    @property
    def billed_fen(self) -> int:
        return sum(line.billed_fen for line in self.lines)


def check_dates(kind: str, service_date: date, discharged: date | None, *, today: date) -> None:
    """Raises DayInFuture, TooLongAgo, DischargeBeforeAdmission, DischargeInFuture."""
    if service_date > today:
        raise DayInFuture
    if add_years(service_date, MAX_YEARS_AGO) < today:
        raise TooLongAgo
    if kind == "inpatient" and discharged is not None:
        if discharged < service_date:
            raise DischargeBeforeAdmission
        if discharged > today:
            raise DischargeInFuture


def check_amounts(lines: tuple[FiledLine, ...], earlier: Mapping[str, int]) -> None:
    """Raises NoLines, AmountOutOfRange, PayersAboveBill."""
    if not lines:
        raise NoLines
    for fen in (*(line.billed_fen for line in lines), *earlier.values()):
        if not 0 < fen <= MAX_FEN:
            raise AmountOutOfRange(limit=f"{MAX_FEN // 100:,}")
    billed, paid = sum(line.billed_fen for line in lines), sum(earlier.values())
    if paid > billed:
        raise PayersAboveBill(paid=str(Money(paid)), billed=str(Money(billed)))


def check_filing(filing: Filing, *, today: date) -> None:
    """Whether the bill can be filed at all; first fault wins.  Raises the FilingRefused of that fault."""
    _check_words(filing)
    check_dates(filing.kind, filing.service_date, filing.discharged, today=today)
    if not is_readable(filing.receipt_number):
        raise ReceiptUnreadable
    if filing.kind == "event":
        if filing.event not in EVENTS:
            raise EventIncomplete
    else:
        check_amounts(filing.lines, filing.earlier)


def _check_words(filing: Filing) -> None:
    """Codes come from our own choices: a wrong one is a fault of the program, not of the family."""
    known = (
        filing.kind in KINDS
        and (filing.kind == "inpatient") == (filing.discharged is not None)
        and (filing.kind == "event") == bool(filing.event)
        and filing.place.level in LEVELS
        and filing.place.area in AREAS
        and set(filing.earlier) <= set(EARLIER_PAYERS)
        and all(line.category in CATEGORIES and line.catalogue in CATALOGUES for line in filing.lines)
        and not (filing.kind == "event" and (filing.lines or filing.earlier))
    )
    if not known:
        raise ValueError("a filed bill holds a word the contract does not know")
