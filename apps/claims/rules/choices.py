"""What a family chooses from in plain words, with the code behind it; read from the data files once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from apps.claims.rules.checks import Thresholds
from apps.core.money import Money

DATA = Path(__file__).resolve().parent.parent / "data"


@dataclass(frozen=True, slots=True)
class Choice:
    """A code with its name in both languages."""

    code: str
    en: str
    zh: str

    def name(self, *, is_chinese: bool) -> str:
        return self.zh if is_chinese else self.en


@dataclass(frozen=True, slots=True)
class Group:
    name: Choice
    choices: tuple[Choice, ...]


def _groups(file: str) -> tuple[Group, ...]:
    return tuple(
        Group(Choice("", **item["group"]), tuple(Choice(**choice) for choice in item["choices"]))
        for item in yaml.safe_load((DATA / file).read_text("utf-8"))
    )


@cache
def diagnoses() -> tuple[Group, ...]:
    return _groups("diagnoses.yaml")


@cache
def medicines() -> tuple[Group, ...]:
    return _groups("medicines.yaml")


@cache
def _by_code(groups: tuple[Group, ...]) -> dict[str, Choice]:
    return {choice.code: choice for group in groups for choice in group.choices}


def diagnosis_choice(code: str) -> Choice | None:
    return _by_code(diagnoses()).get(code)


@cache
def thresholds() -> Thresholds:
    """The figures of ``data/checks.yaml``; amounts are read as written, never through a float."""
    data: dict[str, Any] = yaml.load((DATA / "checks.yaml").read_text("utf-8"), yaml.BaseLoader)  # noqa: S506 - texts only
    return Thresholds(
        billed_fen=Money.yuan(data.pop("billed")).fen,
        paid_fen=Money.yuan(data.pop("paid")).fen,
        **{name: int(value) for name, value in data.items()},
    )
