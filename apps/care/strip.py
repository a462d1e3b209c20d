"""The peak flow strip: where dots, bands and labels stand in a small SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT, LEFT, TOP = 640, 200, 44, 10
MOST = 120  # percent of the personal best at the upper edge


@dataclass(frozen=True, slots=True)
class Reading:
    day: date
    pef: int
    best: int
    zone: str
    has_attack: bool = False

    @property
    def percent(self) -> int:
        return self.pef * 100 // self.best


@dataclass(frozen=True, slots=True)
class Dot:
    x: int
    y: int
    reading: Reading


@dataclass(frozen=True, slots=True)
class Band:
    zone: str
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class Strip:
    dots: list[Dot]
    bands: list[Band]
    marks: list[tuple[int, int]]
    readings: list[Reading]

    @property
    def line(self) -> str:
        return " ".join(f"{dot.x},{dot.y}" for dot in self.dots)

    @property
    def last(self) -> Reading:
        return self.readings[-1]


def _y(percent: int) -> int:
    return TOP + (MOST - min(percent, MOST)) * HEIGHT // MOST


def pef_strip(readings: Sequence[Reading], *, green_from: int, red_below: int) -> Strip | None:
    """The strip of readings in the order of days; None without any."""
    ordered = sorted(readings, key=lambda reading: reading.day)
    if not ordered:
        return None
    first, span = ordered[0].day, max(1, (ordered[-1].day - ordered[0].day).days)
    inner = WIDTH - LEFT - 12
    dots = [Dot(LEFT + 6 + (one.day - first).days * (inner - 6) // span, _y(one.percent), one) for one in ordered]
    edges = [("green", MOST, green_from), ("yellow", green_from, red_below), ("red", red_below, 0)]
    bands = [Band(zone, _y(top), _y(bottom) - _y(top)) for zone, top, bottom in edges]
    return Strip(dots, bands, [(percent, _y(percent)) for percent in (100, green_from, red_below)], ordered)
