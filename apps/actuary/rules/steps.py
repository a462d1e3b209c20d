"""The steps of a close, in order, and how far a close has come."""

from __future__ import annotations

from enum import StrEnum


class Step(StrEnum):
    GATHER = "gather"
    EARN = "earn"
    COST = "cost"
    OPEN_FUND = "open-fund"
    RESERVES = "reserves"
    SURPLUS = "surplus"
    ALLOWANCES = "allowances"
    LOCK = "lock"


ORDER = tuple(Step)


def next_step(done: str) -> Step | None:
    """The step after the last one done; ``done`` is empty at the start.  None when all are done."""
    if not done:
        return ORDER[0]
    place = ORDER.index(Step(done)) + 1
    return ORDER[place] if place < len(ORDER) else None


def steps_done(done: str) -> int:
    return ORDER.index(Step(done)) + 1 if done else 0
