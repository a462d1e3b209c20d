"""Ctrl-C and SIGTERM as something to look at between two steps, instead of an exception anywhere."""

import signal
from types import FrameType


class StopRequested(Exception):
    """Someone asked us to stop while a step was running."""


class StopSignals:
    """Counts requests to stop: the first asks for a clean end, the second for an end at once."""

    def __init__(self) -> None:
        self.count = 0

    def listen(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.count += 1

    @property
    def asked(self) -> bool:
        return self.count > 0

    @property
    def insisted(self) -> bool:
        return self.count > 1
