"""Which diagnoses a list of ICD-10 prefixes and ranges means."""

from __future__ import annotations

import re
from collections.abc import Iterable

from apps.core.errors import N_

from .faults import Unfit

_CODE = re.compile(r"[A-Z][0-9][0-9A-Z][0-9A-Z.+*\-]{0,20}", re.ASCII)
_PREFIX = re.compile(r"[A-Z][0-9]([0-9A-Z](\.[0-9A-Z]{1,4})?)?", re.ASCII)
_RANGE = re.compile(r"([A-Z][0-9]{2})-([A-Z][0-9]{2})", re.ASCII)


def read_icd(value: object) -> str:
    """An ICD-10 code in capitals.  Raises Unfit."""
    text = value.strip().upper() if isinstance(value, str) else ""
    if not _CODE.fullmatch(text) or _RANGE.fullmatch(text):
        raise Unfit(N_("is not an ICD-10 code"))
    return text


def read_icd_group(value: str) -> str:
    """A prefix of codes or a range of categories, in capitals: `C57.0`, `C00-C97`.  Raises Unfit."""
    text = value.strip().upper()
    if not (_RANGE.fullmatch(text) or _PREFIX.fullmatch(text)):
        raise Unfit(N_("is neither an ICD-10 code nor a range such as C00-C97"))
    return text


def category(code: str) -> str:
    """The three-character category of a code."""
    return code[:3]


def _plain(code: str) -> str:
    return code.upper().replace(".", "")


def is_in(code: str, members: Iterable[str]) -> bool:
    """Whether a code stands under one of the prefixes (`C57.0`) or category ranges (`C00-C97`)."""
    plain = _plain(code)
    for member in members:
        found = _RANGE.fullmatch(member)
        if found:
            if found[1] <= plain[:3] <= found[2]:
                return True
        elif plain.startswith(_plain(member)):
            return True
    return False
