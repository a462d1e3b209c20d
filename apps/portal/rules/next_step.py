"""Which one thing a family should do next for a person."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class NextStep(StrEnum):
    """In the order of urgency."""

    SIGN = "sign"
    PAY = "pay"
    JOIN = "join"
    CHOOSE_DOCTOR = "choose-doctor"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a person: papers missing, a cover to be paid, one running, and its doctor where one is due."""

    has_papers_to_sign: bool = False
    has_cover_to_pay: bool = False
    has_cover: bool = False
    needs_doctor: bool = False
    has_doctor: bool = False


def next_step(standing: Standing) -> NextStep:
    """The first thing that keeps the person from being covered and looked after."""
    if standing.has_papers_to_sign:
        return NextStep.SIGN
    if standing.has_cover_to_pay:
        return NextStep.PAY
    if not standing.has_cover:
        return NextStep.JOIN
    if standing.needs_doctor and not standing.has_doctor:
        return NextStep.CHOOSE_DOCTOR
    return NextStep.NOTHING
