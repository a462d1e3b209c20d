"""Who acts for whom in the demo's story, as the days of two years pass."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from apps.core.periods import add_years
from apps.members.models import Person
from apps.portal.demo.chapters.joining import Household


@pytest.mark.parametrize(
    ("relation", "age", "days", "may_act"),
    [
        ("mother", 18, -1, True),
        ("mother", 18, 0, False),
        ("self", 40, 0, True),
        ("child", 70, 0, True),
    ],
)
def test_a_child_that_comes_of_age_acts_alone(now, today, relation, age, days, may_act):
    born = add_years(today, -age) - timedelta(days=days)
    home = Household(SimpleNamespace(relation=relation), user=None, person=Person(birth_date=born))
    assert home.may_act(now) is may_act
