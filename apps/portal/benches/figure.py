"""What a benchmark answers, and how a time is taken."""

from __future__ import annotations

import gc
import os
import platform
import resource
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """``value`` and ``floor`` in the same unit; ``ratio`` says how far from the floor, 1 being as good as it gets."""

    name: str
    value: float
    floor: float
    ratio: float
    unit: str
    goal: str
    floor_is: str
    is_met: bool
    details: dict[str, object] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        rounded = {name: round(getattr(self, name), 4) for name in ("value", "floor", "ratio")}
        return {**asdict(self), **rounded, "machine": machine()}


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    models = [line.partition(":")[2].strip() for line in _cpuinfo() if line.startswith("model name")]
    return {
        "processor": models[0] if models else platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 1),
    }


def _cpuinfo() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.exists() else []


def peak_megabytes() -> int:
    """The most memory this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def seconds(work: Callable[[], object]) -> float:
    """How long the work takes once; the collector of garbage looks at what the work makes, as in a server."""
    gc.collect()
    gc.freeze()
    try:
        began = time.perf_counter()
        work()
        return time.perf_counter() - began
    finally:
        gc.unfreeze()


def best_pair(work: Callable[[], object], floor: Callable[[], object], times: int) -> tuple[float, float]:
    """The best time of the work and of its floor, taken in turn so that a slow moment of the machine meets both."""
    taken = [(seconds(work), seconds(floor)) for _ in range(times)]
    return min(one for one, _ in taken), min(other for _, other in taken)
