"""How long one run goes on calling the bank: a silent one must not hold the worker."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

MOST_SECONDS = 10.0  # of one run, the last call not counted
MOST_SILENCE = 3  # unclear answers in a row after which a run gives up


def run(limit: int, until: float, step: Callable[[int], Sequence[bool]]) -> tuple[int, bool]:
    """Repeat until there is nothing more, or the bank stays silent; or else until the limit or the time is reached.

    ``step`` takes how many more rows there may be and tells of each it handled whether the answer was clear.
    Answers how many rows were handled, and whether no more of them can be now.
    """
    done = silent = 0
    while done < limit and time.monotonic() < until:
        were_clear = step(limit - done)
        done, silent = done + len(were_clear), 0 if any(were_clear) else silent + len(were_clear)
        if not were_clear or silent >= MOST_SILENCE:
            return done, True
    return done, False
