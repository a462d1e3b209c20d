"""What a family should do next: the first thing that stands in the way."""

import pytest

from apps.portal.rules.next_step import NextStep, Standing, next_step


@pytest.mark.parametrize(
    ("standing", "step"),
    [
        (Standing(), NextStep.JOIN),
        (Standing(has_papers_to_sign=True, has_cover_to_pay=True), NextStep.SIGN),
        (Standing(has_cover_to_pay=True, has_cover=True), NextStep.PAY),
        (Standing(has_cover=True), NextStep.NOTHING),
        (Standing(has_cover=True, needs_doctor=True), NextStep.CHOOSE_DOCTOR),
        (Standing(has_cover=True, needs_doctor=True, has_doctor=True), NextStep.NOTHING),
    ],
)
def test_the_next_step(standing, step):
    assert next_step(standing) is step
