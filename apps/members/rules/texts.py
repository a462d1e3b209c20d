"""Which legal texts concern a person, and what their content hash is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from enum import StrEnum


class TextKind(StrEnum):
    """In the order in which they are put before the family."""

    GUARDIAN = "consent-guardian"
    REPRESENT = "consent-represent"
    HEALTH_DATA = "consent-health-data"
    CLAIMS = "consent-claims"
    SHARING = "consent-sharing"
    COVENANT = "covenant"


class AppliesTo(StrEnum):
    EVERYONE = "everyone"
    MINOR = "minor"
    REPRESENTED_ADULT = "represented-adult"


ORDER = list(TextKind)


def concerns(applies_to: str, *, is_minor: bool, is_represented: bool) -> bool:
    """Whether a text concerns a person: some are for children only, some for adults others act for."""
    if applies_to == AppliesTo.MINOR:
        return is_minor
    if applies_to == AppliesTo.REPRESENTED_ADULT:
        return is_represented and not is_minor
    return True


def content_hash(content: Mapping[str, object]) -> str:
    """SHA-256 of all that the reader sees, in both languages, whatever the order of its parts."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


# Consents that stand on another one fall with it.
ALSO_WITHDRAWS: Mapping[TextKind, frozenset[TextKind]] = {
    TextKind.GUARDIAN: frozenset({TextKind.HEALTH_DATA, TextKind.CLAIMS, TextKind.SHARING}),
    TextKind.REPRESENT: frozenset({TextKind.HEALTH_DATA, TextKind.CLAIMS, TextKind.SHARING}),
    TextKind.HEALTH_DATA: frozenset({TextKind.CLAIMS, TextKind.SHARING}),
}
