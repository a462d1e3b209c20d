"""The reasons of a decision in the form in which they are kept with the application."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from apps.plans.rules import Reason


def kept_reasons(reasons: Iterable[Reason]) -> list[dict[str, object]]:
    """Code, the plan's own sentence in both languages, and the clause."""
    return [
        {"code": reason.code, "zh": reason.says.zh, "en": reason.says.en, "clause": reason.clause} for reason in reasons
    ]


def said(reason: Mapping[str, str], language: str) -> str:
    """The sentence in the reader's language."""
    return reason["zh"] if language.lower().startswith("zh") else reason["en"]
