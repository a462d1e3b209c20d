"""The life of a resolution: which event leads from which state to which."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    RATIFYING = "ratifying"
    PASSED = "passed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class Event(StrEnum):
    PROPOSED = "proposed"
    OPENED = "opened"
    PASSED = "passed"
    REJECTED = "rejected"
    SENT_TO_RATIFICATION = "sent-to-ratification"
    RATIFIED = "ratified"
    RATIFICATION_REFUSED = "ratification-refused"
    CANCELLED = "cancelled"
    PAID_AGAIN = "paid-again"
    LAPSED = "lapsed"


TRANSITIONS: dict[tuple[State, Event], State] = {
    (State.DRAFT, Event.OPENED): State.OPEN,
    (State.DRAFT, Event.CANCELLED): State.CANCELLED,
    (State.OPEN, Event.PASSED): State.PASSED,
    (State.OPEN, Event.REJECTED): State.REJECTED,
    (State.OPEN, Event.SENT_TO_RATIFICATION): State.RATIFYING,
    (State.OPEN, Event.CANCELLED): State.CANCELLED,
    (State.RATIFYING, Event.RATIFIED): State.PASSED,
    (State.RATIFYING, Event.RATIFICATION_REFUSED): State.REJECTED,
}

ENDED = frozenset({State.PASSED, State.REJECTED, State.CANCELLED})


def after(state: str, event: Event) -> State | None:
    """The state the event leads to, or None when it may not happen now."""
    return TRANSITIONS.get((State(state), event))
