"""The diagram in the README is the machine in the code."""

import re
from pathlib import Path

from apps import claims
from apps.claims.rules.states import MOVES, START


def test_the_diagram_shows_every_move_and_no_other():
    text = (Path(claims.__file__).parent / "README.md").read_text("utf-8")
    drawn = set(re.findall(r"(\[\*\]|\w+) --> (\[\*\]|\w+)", text))
    moves = {(before.value, after.value) for before, afters in MOVES.items() for after in afters}
    starts = {("[*]", state.value) for state in START}
    ends = {(state.value, "[*]") for state, afters in MOVES.items() if not afters}
    assert drawn == moves | starts | ends
