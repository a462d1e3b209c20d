"""Lists to choose from, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from django.utils.translation import gettext

from apps.claims.rules.choices import Group
from apps.core.display import is_chinese

Option = tuple[str, str]
OTHER, UNKNOWN = "other", "unknown"


def options(words: Mapping[str, str], *, only: Iterable[str] | None = None) -> list[Option]:
    """Codes with their words translated."""
    return [(code, gettext(words[code])) for code in (only or words)]


def grouped(groups: Callable[[], tuple[Group, ...]], extra: Iterable[Option]) -> list[object]:
    """Groups of codes with their names, an empty choice before and some more after them."""
    chinese = is_chinese()
    listed: list[object] = [("", gettext("Please choose"))]
    for group in groups():
        choices = [(choice.code, choice.name(is_chinese=chinese)) for choice in group.choices]
        listed.append((group.name.name(is_chinese=chinese), choices))
    return [*listed, *((code, gettext(words)) for code, words in extra)]


def empty_first(choices: list[Option]) -> list[Option]:
    return [("", gettext("Please choose")), *choices]
