"""What other terms change: sums, groups, who gains and who loses."""

import json

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from apps.actuary.rules.earning import earned_to_date
from apps.actuary.rules.effects import (
    EDGES,
    LEAST_PEOPLE,
    Asked,
    Bar,
    Both,
    Group,
    Moved,
    Side,
    earned_fen,
    effect_data,
    effect_from,
    effect_of,
)
from apps.core.periods import Period


def whole(*values):
    return np.array(values, dtype=np.int64)


def side(*benefits, earned=(0, 0, 0)):
    columns = {f"b{number}": whole(*fen) for number, fen in enumerate(benefits)}
    return Side(columns, whole(*earned), np.array([True] * len(earned)))


ASKED = Asked(
    person=whole(0, 0, 1, 2),
    counts=np.array([True, True, True, False]),
    decided_fen=whole(100, 50, 70, 0),
    age=whole(3, 20, 70),
    sex=whole(0, 1, 1),
    renewed_years=whole(0, 2, 0),
)


def test_claims_outside_the_period_are_decided_but_do_not_count():
    effect = effect_of(ASKED, side((100, 50, 70, 900)), side((100, 60, 0, 5)))
    assert effect.paid == Both(220, 160)
    assert effect.paid.change == -60
    assert (effect.people, effect.claims, effect.differs) == (3, 3, 0)
    assert effect.gaining == Moved(1, 10)
    assert effect.losing == Moved(1, -70)
    assert Bar(-1, 0, 1) in effect.bars
    assert effect.changed == {"b0": 2}


def test_each_benefit_has_its_own_sum_and_a_claim_decided_otherwise_is_counted():
    effect = effect_of(ASKED, side((100, 0, 70, 0), (0, 51, 0, 0)), side((1, 2, 3, 4), (10, 20, 30, 40)))
    assert effect.benefits == {"b0": Both(170, 6), "b1": Both(51, 60)}
    assert effect.differs == 1


def test_groups_say_how_many_of_them_have_another_year():
    many = LEAST_PEOPLE
    asked = Asked(
        person=np.arange(2 * many),
        counts=np.ones(2 * many, dtype=bool),
        decided_fen=np.zeros(2 * many, dtype=np.int64),
        age=np.array([5] * many + [60] * many),
        sex=np.array([0] * many + [1] * many),
        renewed_years=np.array([0] * many + [3] * (many - 1) + [0]),
    )
    old, new = (Side({"b": np.full(2 * many, fen)}, whole(0), np.array([True])) for fen in (1, 3))
    assert effect_of(asked, old, new).groups == (
        Group("age", "0-5", many, Both(many, 3 * many), many),
        Group("age", "60+", many, Both(many, 3 * many), many),
        Group("sex", "female", many, Both(many, 3 * many), many),
        Group("sex", "male", many, Both(many, 3 * many), many),
        Group("renewal", "first", many + 1, Both(many + 1, 3 * (many + 1)), many + 1),
        Group("renewal", "renewed", many - 1, Both(many - 1, 3 * (many - 1)), many - 1),
    )


def test_bars_meet_without_a_gap():
    changes = [-600_000, -500_000, -10_000, -9_999, -1, 0, 1, 10_000, 10_001, 500_000, 500_001]
    asked = Asked(
        *(np.arange(len(changes)), np.ones(len(changes), dtype=bool)),
        *(np.full(len(changes), 1_000_000) for _ in range(4)),
    )
    old = Side({"b": np.full(len(changes), 1_000_000)}, whole(0), np.array([True]))
    new = Side({"b": 1_000_000 + whole(*changes)}, whole(0), np.array([True]))
    bars = effect_of(asked, old, new).bars
    assert sum(bar.people for bar in bars) == len(changes)
    assert [bar.upto for bar in bars[:-1]] == [bar.above for bar in bars[1:]]
    assert bars[0] == Bar(None, -EDGES[-1], 2)
    assert Bar(-1, 0, 1) in bars
    assert Bar(0, EDGES[0], 2) in bars
    assert bars[-1] == Bar(EDGES[-1], None, 1)


def test_an_effect_can_be_stored():
    effect = effect_of(ASKED, side((100, 50, 70, 900)), side((100, 60, 0, 5)))
    assert effect_from(json.loads(json.dumps(effect_data(effect)))) == effect


@given(st.integers(0, 10**9), st.dates(), st.integers(1, 400), st.dates(), st.integers(1, 900))
def test_a_period_earns_what_the_close_would_count(price, start, days, since, length):
    from datetime import date, timedelta

    limit = date.max - timedelta(days=2000)
    start, since = min(start, limit), min(since, limit)
    cover, until = Period(start, start + timedelta(days=days)), since + timedelta(days=length)
    expected = earned_to_date(price, cover, until) - earned_to_date(price, cover, since)
    ends = (cover.start.toordinal(), cover.end.toordinal())
    assert earned_fen(whole(price), *(whole(end) for end in ends), since.toordinal(), until.toordinal()) == [expected]
