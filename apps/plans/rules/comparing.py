"""How one version of terms differs from another, field by field as written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .faults import field_name, shown
from .source import Path


@dataclass(frozen=True, slots=True)
class Difference:
    """A field with what it said and says now; None: it was not, or is not there any more."""

    field: str
    was: str | None
    now: str | None


def differences(old: Any, new: Any) -> tuple[Difference, ...]:
    """Everything that differs, in the order of the new text; parts of lists go by their code where they have one."""
    return tuple(_differences(old, new, ()))


def _differences(old: Any, new: Any, path: Path) -> Iterator[Difference]:
    parts = _parts(old), _parts(new)
    if parts[0] is None or parts[1] is None:
        if old != new:
            yield Difference(field_name(path), _said(old), _said(new))
        return
    for name in dict.fromkeys([*parts[1], *parts[0]]):
        yield from _differences(parts[0].get(name), parts[1].get(name), (*path, name))


def _parts(value: Any) -> dict[str | int, Any] | None:
    """The fields of a mapping or the items of a list; None for anything else, and for lists of plain values."""
    if isinstance(value, dict):
        return dict(value)
    if isinstance(value, list) and all(isinstance(item, dict) for item in value):
        return {item.get("code", number): item for number, item in enumerate(value)}
    return None


def _said(value: Any) -> str | None:
    return None if value is None else shown(value)
