"""A decision as JSON and back, for the stored row and for replays."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from .accumulators import Accumulators
from .decision import Decision, Refused, Step


def decision_to_json(decision: Decision) -> dict[str, Any]:
    """A mapping fit for a JSON column; amounts in whole fen."""
    return {
        "paid_fen": decision.paid_fen,
        "benefits": dict(decision.benefits),
        "line_paid_fen": list(decision.line_paid_fen),
        "refused": [{"line": item.line, "reason": item.reason} for item in decision.refused],
        "steps": [
            {
                "benefit": step.benefit,
                "step": step.step,
                "before_fen": step.before_fen,
                "after_fen": step.after_fen,
                "clause": step.clause,
                "params": dict(step.params),
            }
            for step in decision.steps
        ],
        "accumulators_after": decision.accumulators_after.to_json(),
    }


def decision_from_json(data: Mapping[str, Any]) -> Decision:
    """The inverse of `decision_to_json`."""
    return Decision(
        paid_fen=data["paid_fen"],
        benefits=MappingProxyType(dict(data["benefits"])),
        line_paid_fen=tuple(data["line_paid_fen"]),
        refused=tuple(Refused(**item) for item in data["refused"]),
        steps=tuple(Step(**item) for item in data["steps"]),
        accumulators_after=Accumulators.from_json(data["accumulators_after"]),
    )
