"""What is wrong with a terms or case file: the field, the offending value and the reason, in one line.

Each is an English msgid with parameters; names of fields and values stay as they are written in the file.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from apps.core.errors import N_, Told

from .source import Path

_DOCUMENT = Told(N_("the document"))


class Unfit(Told, ValueError):
    """Why a written value is not what it should be."""


class Fault(Told, Exception):
    """One fault at one field: what is said after the field's name."""

    def __init__(self, path: Path, message: str, /, **params: object) -> None:
        self.path, self.reason = path, Told(message, **params)
        super().__init__("%(field)s %(reason)s", field=field_name(path) if path else _DOCUMENT, reason=self.reason)

    def at(self, path: Path) -> Fault:
        """The same fault at another path."""
        return Fault(path, self.reason.message, **self.reason.params)


def unfit(path: Path, value: str, reason: Told | str) -> Fault:
    """The fault of a value that is not what it should be."""
    return Fault(path, "= %(value)s %(reason)s", value=value, reason=reason)


def field_name(path: Path) -> str:
    """``claims[0].lines[1].billed``."""
    name = ""
    for part in path:
        name += f"[{part}]" if isinstance(part, int) else f".{part}" if name else part
    return name or str(_DOCUMENT)


def either(*names: str) -> Told | str:
    """``a, b or c``."""
    *others, last = names
    return Told(N_("%(others)s or %(last)s"), others=", ".join(others), last=last) if others else last


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
        return Fault(path, N_("is missing"))
    if kind == "literal_error":
        return _none_of(path, given, either(*item["ctx"]["expected"].replace(" or ", ", ").split(", ")))
    if kind == "union_tag_invalid":
        return _none_of(path, item["ctx"]["tag"], item["ctx"]["expected_tags"])
    reason = item["ctx"]["error"] if kind == "value_error" else _REASONS.get(kind, item["msg"])
    return unfit(path, shown(given), reason)


def _none_of(path: Path, written: object, choices: Told | str) -> Fault:
    return unfit(path, shown(written), Told(N_("is not one of %(choices)s"), choices=choices))


_REASONS = {
    "string_type": Told(N_("is not a text")),
    "string_pattern_mismatch": Told(N_("is not written in the allowed form")),
    "string_too_short": Told(N_("is empty")),
    "dict_type": Told(N_("is not a set of fields")),
    "model_type": Told(N_("is not a set of fields")),
    "tuple_type": Told(N_("is not a list")),
    "list_type": Told(N_("is not a list")),
    "too_short": Told(N_("is empty")),
    "bool_type": Told(N_("is neither true nor false")),
    "union_tag_not_found": Told(N_("does not say which kind it is")),
    "extra_forbidden": Told(N_("is not a known field")),
}
"""In our words what pydantic finds; the rest, which no file has provoked yet, is told in pydantic's."""


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
