"""The clocks of referrals as data, read once."""

from functools import cache
from pathlib import Path

import yaml

from apps.referrals.rules.clocks import Clocks, Span
from apps.referrals.rules.words import Priority, State

FILE = Path(__file__).parent / "clocks.yaml"


@cache
def clocks() -> Clocks:
    """The span of every state that can still move, by priority."""
    rows = yaml.safe_load(FILE.read_text(encoding="utf-8"))["clocks"]
    return {
        State(state): {Priority(priority): Span(**span) for priority, span in spans.items()}
        for state, spans in rows.items()
    }
