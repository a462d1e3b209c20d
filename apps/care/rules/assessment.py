"""What any programme's follow-up form comes to: a zone, a state of control, and alerts that say which rule fired."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from apps.core.errors import N_


class Zone(StrEnum):
    """The traffic light, worst last."""

    UNKNOWN = "unknown"
    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


class Control(StrEnum):
    """How well the illness is held, worst last."""

    UNKNOWN = "unknown"
    WELL = "well"
    NOT_WELL = "not-well"
    VERY_POOR = "very-poor"


class Level(StrEnum):
    EMERGENCY = "emergency"
    REFER = "refer"
    REVIEW = "review"


ZONE_WORDS = {
    Zone.UNKNOWN: N_("Not measured"),
    Zone.GREEN: N_("Green zone"),
    Zone.YELLOW: N_("Yellow zone"),
    Zone.RED: N_("Red zone"),
}
CONTROL_WORDS = {
    Control.UNKNOWN: N_("Control not known"),
    Control.WELL: N_("Well controlled"),
    Control.NOT_WELL: N_("Not well controlled"),
    Control.VERY_POOR: N_("Very poorly controlled"),
}
ZONES, CONTROLS = tuple(Zone), tuple(Control)


@dataclass(frozen=True, slots=True)
class Alert:
    """One rule that fired: ``rule`` names the programme's parameter, ``values`` fill the words."""

    code: str
    level: Level
    rule: str
    values: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Assessment:
    """The reading of one visit; ``decided_by`` names the items that set the control."""

    zone: Zone
    control: Control
    decided_by: tuple[str, ...]
    alerts: tuple[Alert, ...]

    @property
    def is_emergency(self) -> bool:
        return any(alert.level is Level.EMERGENCY for alert in self.alerts)

    @property
    def suggests_referral(self) -> bool:
        return self.is_emergency or any(alert.level is Level.REFER for alert in self.alerts)


def worst_control(states: Mapping[str, Control]) -> tuple[Control, tuple[str, ...]]:
    """The worst of the items and the names of those that reached it; unknown when nothing was answered."""
    known = {name: state for name, state in states.items() if state is not Control.UNKNOWN}
    if not known:
        return Control.UNKNOWN, ()
    worst = max(known.values(), key=CONTROLS.index)
    return worst, tuple(name for name, state in known.items() if state is worst and worst is not Control.WELL)
