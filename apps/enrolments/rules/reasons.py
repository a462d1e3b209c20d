"""The reasons of a decision in the form in which they are kept with the application."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from apps.plans.rules import Reason, reason_text


def kept_reasons(reasons: Iterable[Reason]) -> list[dict[str, str]]:
    """Code, the plan's own sentence in both languages (ours where the plan says nothing closer), and the clause."""
    return [
        {
            "code": reason.code,
            "zh": reason.says.zh if reason.says else reason_text(reason.code, "zh"),
            "en": reason.says.en if reason.says else reason_text(reason.code, "en"),
            "clause": reason.clause,
        }
        for reason in reasons
    ]


def said(reason: Mapping[str, str], language: str) -> str:
    """The sentence in the reader's language."""
    return reason["zh"] if language.lower().startswith("zh") else reason["en"]
