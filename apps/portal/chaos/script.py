"""What happens in a run, and in which order: drawn from the seed alone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from random import Random


class Blow(StrEnum):
    WORKER = "worker"  # SIGKILL to a worker and all its children
    CHILD = "child"  # SIGKILL to one child of a worker's pool
    BANK = "bank"  # SIGKILL to the gateway's other end
    WIPE = "wipe"  # the queue is emptied
    RESTART = "restart"  # the database dies and comes back


KILLS = (Blow.WORKER, Blow.CHILD, Blow.BANK)
SLOW = ("submit", "late", 0.4)  # the usual: it keeps senders in the middle of sending, where a kill hurts most
BANK_FAULTS = (
    *(("submit", "late", 4.0), ("submit", "502-done", 0.0)),
    *(("submit", "lost", 0.5), ("submit", "500", 0.0), ("submit", "garbage", 0.0), ("submit", "duplicate", 0.0)),
    *(("submit", "wrong-amount", 0.0), ("submit", "return", 0.0), ("submit", "reject", 0.0)),
    *(("submit", "refuse-later", 0.0), ("inquire", "500", 0.0), ("inquire", "lost", 0.5)),
    *(("statement", "500", 0.0), ("statement", "garbage", 0.0)),
)
"""Place, action, seconds, as the sandbox bank takes them."""
CONTROL_FAULTS = (("submit", "502-done", 0.0), SLOW, SLOW)
"""In the control something is done without a clear answer at each step, whatever the blows meet."""


@dataclass(frozen=True, slots=True)
class Size:
    payments: int = 10_000
    kills: int = 1_000
    wipes: int = 20
    restarts: int = 20
    seed: int = 1
    ignores_key: bool = False

    @property
    def name(self) -> str:
        kind = "control" if self.ignores_key else "run"
        return f"{kind}-{self.payments}-{self.kills}-{self.wipes}-{self.restarts}-{self.seed}"


@dataclass(frozen=True, slots=True)
class Step:
    """Until then so many payments are asked for; the bank is told to err; after a pause the blow falls."""

    number: int
    asked: int
    bank_faults: tuple[tuple[str, str, float], ...]
    pause: float
    blow: Blow
    pick: int


def script(size: Size) -> list[Step]:
    """One step a blow, the payments spread evenly over them."""
    chance = Random(size.seed)  # noqa: S311 - a play
    blows = _blows(size)
    chance.shuffle(blows)
    return [
        Step(
            number=number,
            asked=size.payments * number // len(blows),
            bank_faults=CONTROL_FAULTS if size.ignores_key else _bank_faults(chance),
            pause=chance.uniform(0.05, 0.5),
            blow=blow,
            pick=chance.randrange(1000),
        )
        for number, blow in enumerate(blows, start=1)
    ]


def _bank_faults(chance: Random) -> tuple[tuple[str, str, float], ...]:
    return (SLOW, SLOW, SLOW, *chance.sample(BANK_FAULTS, chance.randrange(3)))


def _blows(size: Size) -> list[Blow]:
    """A sixth of the kills for whole workers, a tenth for the bank, the rest for children of the pools."""
    workers, banks = -(-size.kills // 6), size.kills // 10
    return [
        *[Blow.WORKER] * workers,
        *[Blow.BANK] * banks,
        *[Blow.CHILD] * (size.kills - workers - banks),
        *[Blow.WIPE] * size.wipes,
        *[Blow.RESTART] * size.restarts,
    ]
