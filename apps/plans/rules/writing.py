"""Parameters as people type them on one line, and back to what a plan file says."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

import yaml

from .document import ParameterForm, TermsForm
from .scalars import plain_share, yuan
from .values import Figure

_SEPARATOR = re.compile(r"[,、;\s]+")
_BAND = re.compile(r"(?:([0-9.]+)\s*)?:\s*([0-9.]+)%?")


def typed(figure: Figure) -> str:
    """A value on one line: ``500.00``, ``62.5``, ``J45, J46``, bands as ``20000.00: 0; 400000.00: 80; : 85``."""
    match figure.kind:
        case "amount":
            return yuan(figure.value)
        case "percent":
            return plain_share(figure.value)
        case "amounts":
            return ", ".join(map(yuan, figure.value))
        case "percents":
            return ", ".join(map(plain_share, figure.value))
        case "codes":
            return ", ".join(figure.value)
        case "bands":
            return "; ".join(f"{_edge(band.up_to)}: {plain_share(band.percent)}" for band in figure.value)
        case _:
            return str(figure.value)


def _edge(up_to: int | None) -> str:
    return "" if up_to is None else yuan(up_to)


def as_written(kind: str, text: str) -> Any:
    """What a plan file would say for a value typed on one line.  Raises ValueError where bands cannot be read."""
    text = unicodedata.normalize("NFKC", text).replace("¥", "").strip()
    match kind:
        case "amounts" | "percents" | "codes":
            return [part.removesuffix("%") for part in _SEPARATOR.split(text) if part]
        case "bands":
            return [_band(part.strip()) for part in re.split("[;\n]", text) if part.strip()]
        case "amount":
            return text.replace(",", "").replace(" ", "")
        case "percent":
            return text.removesuffix("%").strip()
        case _:
            return text


def is_readable(kind: str, text: str) -> bool:
    """Whether a line can be read as a value of that kind."""
    try:
        ParameterForm.model_validate({"clause": "-", kind: as_written(kind, text)})
    except ValueError:
        return False
    return True


def _band(text: str) -> dict[str, str]:
    found = _BAND.fullmatch(text)
    if found is None:
        raise ValueError("is not written as an amount, a colon and a percentage")
    return {**({"up_to": found[1]} if found[1] else {}), "percent": found[2]}


def as_text(data: Mapping[str, Any]) -> str:
    """A terms file for stored data, its parts in their usual order."""
    order = [field.alias or name for name, field in TermsForm.model_fields.items()]
    return yaml.safe_dump(
        {name: data[name] for name in order if name in data}, allow_unicode=True, sort_keys=False, width=120
    )
