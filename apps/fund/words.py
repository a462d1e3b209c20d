"""What entries come from and what accounts are kept for, in words: the apps above say them, the fund knows labels only.

They are said once, as the programs start (``say``), and read in the language of the reader.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping

from django.utils.translation import gettext

from apps.fund.models import Account
from apps.fund.rules.chart import rule_of

Rows = Callable[[Collection[int]], Mapping[int, str]]
"""The rows of one label by their ids; a row that is not there is left out."""
Suffixes = Callable[[Collection[str]], Mapping[str, str]]
"""What accounts are kept for, by the suffix of their code."""

PLANS, GRANTS = "plans", "appropriation"
_rows: dict[str, Rows] = {}
_suffixes: dict[str, Suffixes] = {}


def say(*, rows: Mapping[str, Rows], plans: Suffixes, grants: Suffixes) -> None:
    """Name the rows entries and payments come from, by label, and what accounts are kept for."""
    _rows.update(rows)
    _suffixes.update({PLANS: plans, GRANTS: grants})


def sources(pairs: Iterable[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """Rows of other apps in words, by label and id; one call a label, those nobody can name are left out."""
    ids: dict[str, set[int]] = defaultdict(set)
    for label, row_id in pairs:
        ids[label].add(row_id)
    return {
        (label, row_id): text
        for label, wanted in ids.items()
        if label in _rows
        for row_id, text in _rows[label](wanted).items()
    }


def source_name(source: tuple[str, int]) -> str:
    """One such row in words; its label and id where nobody can name it."""
    return sources([source]).get(source) or " ".join(map(str, source))


def plan_names(codes: Collection[str]) -> dict[str, str]:
    """The plans' names; the code where a plan is not known."""
    return _named(PLANS, codes)


def name_accounts(accounts: Iterable[Account]) -> None:
    """Let accounts know what each is kept for, in one call for plans and one for grants."""
    split: dict[str, list[Account]] = defaultdict(list)
    for account in accounts:
        if account.suffix:
            split[_kind(account.code)].append(account)
    for kind, rows in split.items():
        names = _named(kind, {account.suffix for account in rows})
        for account in rows:
            account.kept_for = names[account.suffix]


def account_name(code: str) -> str:
    """An account by its code, with what it is kept for."""
    _base, _colon, suffix = code.partition(":")
    name = gettext(rule_of(code).name)
    return f"{name} · {_named(_kind(code), [suffix])[suffix]}" if suffix else name


def _kind(code: str) -> str:
    return GRANTS if code.startswith(f"{GRANTS}:") else PLANS


def _named(kind: str, suffixes: Collection[str]) -> dict[str, str]:
    known = _suffixes[kind](suffixes) if suffixes and kind in _suffixes else {}
    return {suffix: known.get(suffix, suffix) for suffix in suffixes}
