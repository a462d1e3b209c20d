"""The diagrams in the READMEs are the code's."""

import re
from pathlib import Path

from apps.actuary.rules.steps import ORDER
from apps.governance.rules.states import TRANSITIONS

APPS = Path(__file__).parents[2] / "apps"


def arrows(app):
    text = (APPS / app / "README.md").read_text(encoding="utf-8")
    return re.findall(r"^ +(\S+) --> (\S+?)(?:: (\S+))?$", text, re.MULTILINE)


def test_the_diagram_of_a_resolution_is_the_table_of_transitions():
    drawn = {(start, event): end for start, end, event in arrows("governance") if start != "[*]"}
    assert drawn == {(state.value, event.value): end.value for (state, event), end in TRANSITIONS.items()}


def test_the_diagram_of_a_close_is_the_order_of_steps():
    drawn = [end.replace("_", "-") for _start, end, _ in arrows("actuary")][:-1]
    assert drawn == [step.value for step in ORDER]
