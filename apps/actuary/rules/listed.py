"""Whether a code has the form of those it would stand with on a plan's list."""

from __future__ import annotations

import re
from collections.abc import Iterable

_ATC = re.compile(r"[A-Z]([0-9]{2}([A-Z]([A-Z]([0-9]{2})?)?)?)?")
_ANY = re.compile(r"[A-Z0-9][A-Z0-9.+\-]{0,29}")


def not_medicine(codes: Iterable[str]) -> str | None:
    """The first that is no ATC code, nor the beginning of some at one of its five levels: `R`, `R03`, `R03BA02`."""
    return next((code for code in codes if not _ATC.fullmatch(code.upper())), None)


def not_code(codes: Iterable[str]) -> str | None:
    """The first that is no code of any kind: letters, digits, dots, plus signs and hyphens."""
    return next((code for code in codes if not _ANY.fullmatch(code.upper())), None)
