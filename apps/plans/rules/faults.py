"""What is wrong with a terms or case file: the field, the offending value and the reason, in one line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from .source import Path


class Fault(Exception):
    """One fault at one field."""

    def __init__(self, path: Path, text: str) -> None:
        super().__init__(path, text)
        self.path, self.text = path, text

    def __str__(self) -> str:
        return f"{field_name(self.path)} {self.text}"


def field_name(path: Path) -> str:
    """``claims[0].lines[1].billed``."""
    name = ""
    for part in path:
        name += f"[{part}]" if isinstance(part, int) else f".{part}" if name else part
    return name or "the document"


def shown(value: object) -> str:
    """A value as written, on one line and not too long."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    text = " ".join(text.split()) or "''"
    return text if len(text) <= 60 else text[:57] + "..."


def faults_of(error: ValidationError, data: Any) -> list[Fault]:
    """The faults pydantic found, one a field, in our words and with the paths of the written document."""
    found: dict[Path, Fault] = {}
    for item in error.errors(include_url=False):
        fault = _fault(dict(item), data)
        found.setdefault(fault.path, fault)
    return list(found.values())


def _fault(item: dict[str, Any], data: Any) -> Fault:
    kind, given = item["type"], item.get("input")
    path = _written_path(item["loc"], data, keep_last=kind in {"missing", "extra_forbidden"})
    if kind == "missing":
        return Fault(path, "is missing")
    if kind == "extra_forbidden":
        return Fault(path, f"= {shown(given)} is not a known field")
    if kind in {"literal_error", "union_tag_invalid"}:
        expected = item["ctx"].get("expected") or item["ctx"].get("expected_tags")
        written = item["ctx"].get("tag", given)
        return Fault(path, f"= {shown(written)} is not one of {expected}")
    reason = str(item["ctx"]["error"]) if kind == "value_error" else _REASONS.get(kind, item["msg"])
    return Fault(path, f"= {shown(given)} {reason}")


_REASONS = {
    "string_type": "is not a text",
    "string_pattern_mismatch": "is not written in the allowed form",
    "string_too_short": "is empty",
    "dict_type": "is not a set of fields",
    "model_type": "is not a set of fields",
    "tuple_type": "is not a list",
    "list_type": "is not a list",
    "too_short": "is empty",
    "bool_type": "is neither true nor false",
    "union_tag_not_found": "does not say which kind it is",
}


def _written_path(loc: Sequence[str | int], data: Any, *, keep_last: bool) -> Path:
    """Drop the parts of a pydantic location that stand for a model and not for something written."""
    path: list[str | int] = []
    here = data
    for place, part in enumerate(loc):
        last = place == len(loc) - 1
        if isinstance(here, dict) and part in here:
            if last or isinstance(here[str(part)], dict | list):
                here = here[str(part)]
                path.append(part)
        elif isinstance(here, list) and isinstance(part, int) and part < len(here):
            here = here[part]
            path.append(part)
        elif keep_last and last:
            path.append(part)
    return tuple(path)
