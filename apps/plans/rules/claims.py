"""What is claimed: a bill of one visit or stay, or an insured event."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

KINDS = ("inpatient", "outpatient", "special-outpatient", "pharmacy", "event")
EVENTS = (
    "diagnosis",
    "in-situ",
    "breast-cancer",
    "female-disease",
    "reconstruction",
    "recurrence",
    "metastasis",
    "critical-first",
    "death-illness",
    "death-accident",
    "disability",
    "condolence",
)
CATEGORIES = ("drug", "bed", "exam", "surgery", "device", "gene-test", "other")
CATALOGUES = ("in", "out")
LEVELS = ("primary", "secondary", "tertiary")
AREAS = ("local", "outside")
SEVERITIES = ("mild", "moderate", "severe")
PAYERS = ("basic", "catastrophic", "city", "mutual", "enterprise", "assistance", "charity")
"""Earlier and later payers in the order of the waterfall."""


@dataclass(frozen=True, slots=True)
class Facility:
    """Where the care was given."""

    level: str = "tertiary"
    area: str = "local"


@dataclass(frozen=True, slots=True)
class Line:
    """One item of a bill; amounts in fen, ``paid_before`` by payer."""

    category: str
    code: str = ""
    catalogue: str = "in"
    billed_fen: int = 0
    paid_before: Mapping[str, int] = field(default_factory=dict)

    @property
    def item(self) -> str:
        """The code as codes are compared: however it is typed."""
        return self.code.upper()


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim; ``date`` is the day of service, of admission for a stay."""

    id: str
    kind: str
    date: dt.date
    discharged: dt.date | None = None
    event: str | None = None
    severity: str | None = None
    grade: int | None = None
    diagnosis: str | None = None
    facility: Facility = Facility()
    lines: tuple[Line, ...] = ()
    paid_before: Mapping[str, int] = field(default_factory=dict)

    @property
    def nights(self) -> int:
        """Nights between admission and discharge; the same day counts as one, no stay as none."""
        if self.discharged is None:
            return 0
        return max(1, (self.discharged - self.date).days)

    @property
    def billed_fen(self) -> int:
        """The whole bill."""
        return sum(line.billed_fen for line in self.lines)
