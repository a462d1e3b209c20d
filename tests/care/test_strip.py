from datetime import date, timedelta

import pytest

from apps.care.strip import Reading, pef_strip

DAY = date(2026, 11, 1)


def strip(*flows):
    readings = [Reading(DAY + timedelta(days=30 * n), flow, 400, "green") for n, flow in enumerate(flows)]
    return pef_strip(readings[::-1], green_from=80, red_below=50)


def test_nothing_measured_draws_nothing():
    assert strip() is None


@pytest.mark.parametrize(
    ("flow", "band"), [(400, "green"), (320, "green"), (300, "yellow"), (150, "red"), (799, "green")]
)
def test_a_dot_stands_in_its_band(flow, band):
    drawn = strip(flow)
    dot = drawn.dots[0]
    found = next(one for one in drawn.bands if one.zone == band)
    assert found.y <= dot.y <= found.y + found.height


def test_time_runs_to_the_right_inside_the_picture():
    drawn = strip(400, 300, 200)
    across = [dot.x for dot in drawn.dots]
    assert across == sorted(across)
    assert 44 <= across[0] < across[-1] <= 628
    assert drawn.last.pef == 200
    assert len(drawn.line.split()) == 3
