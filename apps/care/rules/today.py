"""The order of a doctor's day: the child at risk first, families kept together, each row with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from apps.care.rules.assessment import CONTROL_WORDS, ZONE_WORDS, Control, Zone
from apps.care.rules.schedule import Window
from apps.core.errors import N_


class Filter(StrEnum):
    ALL = "all"
    RISK = "risk"
    OVERDUE = "overdue"
    LETTERS = "letters"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a row stands here: words with places to fill, and how loud."""

    words: str
    tone: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class Work:
    """One open task with what is known of the child."""

    task_id: int
    person_id: int
    household: str
    kind: str
    window: Window
    zone: Zone = Zone.UNKNOWN
    control: Control = Control.UNKNOWN

    @property
    def is_at_risk(self) -> bool:
        return self.zone is Zone.RED or self.control is Control.VERY_POOR or self.kind == "call-parent"


KIND_REASONS = {
    "call-parent": Reason(N_("Call the family"), "stop"),
    "letter-back": Reason(N_("Letter back from the hospital"), "info"),
    "referral-work": Reason(N_("A referral waits for you"), "warn"),
}


def risk(work: Work) -> int:
    """0 is the most urgent."""
    if work.kind == "call-parent" or work.zone is Zone.RED:
        return 0
    if work.control is Control.VERY_POOR:
        return 1
    if work.kind != "follow-up":
        return 2
    return 3 if work.zone is Zone.YELLOW or work.control is Control.NOT_WELL else 4


def reasons(work: Work, today: date) -> list[Reason]:
    """Everything that puts the row where it is, loudest first; never empty."""
    found: list[Reason] = []
    if work.kind in KIND_REASONS:
        found.append(KIND_REASONS[work.kind])
    if work.zone is Zone.RED:
        found.append(Reason(ZONE_WORDS[Zone.RED], "stop"))
    if work.control is Control.VERY_POOR:
        found.append(Reason(CONTROL_WORDS[Control.VERY_POOR], "warn"))
    elif work.control is Control.NOT_WELL or work.zone is Zone.YELLOW:
        found.append(Reason(N_("Not yet well controlled"), "warn"))
    overdue, left = work.window.overdue_days(today), (work.window.closes - today).days
    if overdue:
        found.append(Reason(N_("Overdue %(number)s d"), "stop", overdue))
    elif left <= 7:
        found.append(Reason(N_("%(number)s d left"), "wait", left))
    return found or [Reason(N_("Follow-up due"), "")]


def belongs(work: Work, chosen: Filter, today: date) -> bool:
    if chosen is Filter.RISK:
        return work.is_at_risk
    if chosen is Filter.OVERDUE:
        return work.window.overdue_days(today) > 0
    return chosen is Filter.ALL or work.kind in {"letter-back", "referral-work"}


def in_order(works: Sequence[Work]) -> list[Work]:
    """By risk, then by the day the window closes; a household stands where its most urgent member stands."""

    def urgency(work: Work) -> tuple[int, date, int]:
        return risk(work), work.window.closes, work.task_id

    first: dict[str, tuple[int, date, int]] = {}
    for work in works:
        first[work.household] = min(first.get(work.household, urgency(work)), urgency(work))
    return sorted(works, key=lambda work: (first[work.household], work.household, urgency(work)))
