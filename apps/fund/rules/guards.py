"""What guards the ledger: the list of it as text, and what differs from it in words."""

from __future__ import annotations

from collections.abc import Mapping


def guards_from(text: str) -> dict[str, str]:
    """Definition by name, from lines ``name: definition``."""
    pairs = (line.partition(": ") for line in text.splitlines())
    return {name: definition for name, _, definition in pairs}


def text_of(guards: Mapping[str, str]) -> str:
    """The inverse of ``guards_from``, in the order of the names."""
    return "".join(f"{name}: {guards[name]}\n" for name in sorted(guards))


def faults_in(left: Mapping[str, str], found: Mapping[str, str]) -> list[str]:
    """How what was found differs from what the migrations left, in the order of the names."""
    names = sorted(left.keys() | found.keys())
    return [f"{name} {fault}" for name in names if (fault := _fault(left.get(name), found.get(name)))]


def _fault(left: str | None, found: str | None) -> str:
    if found is None:
        return "is missing"
    if left is None:
        return "was not made by the migrations"
    return "" if left == found else "is switched off or changed"
