"""What an answer may tell: nothing of fewer than five people, not even by subtraction."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.actuary.rules.effects import (
    Asked,
    Bar,
    Both,
    Effect,
    Group,
    Moved,
    Side,
    effect_data,
    effect_from,
    effect_of,
    is_few,
)
from apps.actuary.rules.telling import kept_back, told, told_data, told_from

FEW = Moved(None, None, is_hidden_few=True)
LESS, MORE = -50_00, 50_00


def effect(changes, groups=None):
    """People whose year was 1,000,000 fen each and changes by so much; ``groups``: age, sex, renewed years of each."""
    people = len(changes)
    columns = np.array(groups or [(30, 0, 0)] * people, dtype=np.int64).reshape(people, 3).T
    old = np.full(people, 1_000_000)
    asked = Asked(np.arange(people), np.ones(people, dtype=bool), old, *columns)
    sides = (Side({"b": fen}, np.zeros(1, np.int64), np.array([True])) for fen in (old, old + np.array(changes)))
    return effect_of(asked, *sides)


@pytest.mark.parametrize(("people", "expected"), [(None, False), (0, False), (1, True), (4, True), (5, False)])
def test_few_is_from_one_to_four(people, expected):
    assert is_few(people) is expected
    assert Moved(people, 100).is_telling is expected


@pytest.mark.parametrize(
    ("less", "same", "more", "losing", "gaining", "is_total_told"),
    [
        (0, 9, 0, Moved(0, 0), Moved(0, 0), True),
        (1, 9, 0, FEW, Moved(0, 0), False),
        (2, 9, 2, FEW, FEW, False),
        (4, 9, 4, FEW, FEW, True),
        (5, 9, 0, Moved(5, 5 * LESS), Moved(0, 0), True),
        (5, 9, 1, Moved(5, None), FEW, True),
        (5, 9, 5, Moved(5, 5 * LESS), Moved(5, 5 * MORE), True),
        (9, 0, 0, Moved(9, 9 * LESS), Moved(0, 0), True),
        (9, 2, 0, Moved(None, 9 * LESS), Moved(0, 0), True),
        (9, 0, 1, Moved(None, None), FEW, True),
        (9, 4, 1, Moved(9, None), FEW, True),
        (3, 1, 0, FEW, Moved(0, 0), False),
    ],
)
def test_who_gains_and_who_loses(less, same, more, losing, gaining, is_total_told):
    made = told(effect([LESS] * less + [0] * same + [MORE] * more))
    assert (made.losing, made.gaining) == (losing, gaining)
    assert (made.paid.change is not None) is is_total_told


@pytest.mark.parametrize(
    ("changes", "bars"),
    [
        ([0] * 9, [(-1, 0, 9)]),
        ([0] * 9 + [MORE], [(-1, None, 10)]),
        ([0] * 9 + [LESS] * 4, [(None, 0, 13)]),
        ([0] * 9 + [LESS, MORE], [(None, None, 11)]),
        ([0] * 9 + [MORE] * 5, [(-1, 0, 9), (0, 100_00, 5)]),
        ([0] * 9 + [MORE] * 9 + [200_00] * 2, [(-1, 0, 9), (0, 500_00, 11)]),
        ([0] * 9 + [MORE] * 2 + [200_00] * 9, [(-1, 0, 9), (0, 500_00, 11)]),
        ([0] * 9 + [LESS] * 3 + [-600_000] * 3, [(None, -1, 6), (-1, 0, 9)]),
        ([0] * 2 + [LESS] * 9, [(-100_00, 0, 11)]),
        ([0] * 2, []),
    ],
)
def test_bars_of_few_stand_with_the_next_ones(changes, bars):
    assert [bar for bar in told(effect(changes)).bars if bar.people] == [Bar(*bar) for bar in bars]


@pytest.mark.parametrize(
    ("people", "hidden"),
    [
        ({"a": 5, "b": 9}, set()),
        ({"a": 0, "b": 9}, set()),
        ({"a": 1, "b": 9, "c": 7}, {"a", "c"}),
        ({"a": 2, "b": 3, "c": 7}, {"a", "b"}),
        ({"a": 2, "b": 2, "c": 7}, {"a", "b", "c"}),
        ({"a": 3, "b": 0}, {"a"}),
        ({"a": None, "b": 7}, {"a"}),
    ],
)
def test_what_could_be_got_by_subtraction_is_kept_back_too(people, hidden):
    assert kept_back(people) == hidden


def test_the_same_person_may_be_in_several():
    assert kept_back({"a": 3, "b": 3, "c": 9}, together=max) == {"a", "b", "c"}


def test_a_group_is_shown_from_five_people_and_its_change_from_five_changed():
    girl, boy, man = (5, 0, 0), (5, 1, 0), (50, 1, 3)
    made = told(effect([MORE] * 6 + [0] * 5 + [MORE] + [0] * 2, [girl] * 6 + [boy] * 6 + [man] * 2))
    assert made.groups == (
        Group("sex", "female", 6, Both(6_000_000, None)),
        Group("sex", "male", 8, Both(8_000_000, None)),
    )


def test_a_benefit_that_changes_for_few_is_kept_back_with_another_one():
    people = 8
    old = np.full(people, 100)
    asked = Asked(np.arange(people), np.ones(people, dtype=bool), 3 * old, *(np.zeros(people, np.int64),) * 3)
    one, most = old + (np.arange(people) < 1), old + (np.arange(people) < 6)
    before, after = (
        Side(dict(zip("abc", columns, strict=True)), np.zeros(1, np.int64), np.array([True]))
        for columns in ((old, old, old), (one, most, old))
    )
    assert told(effect_of(asked, before, after)).benefits == {
        "a": Both(800, None),
        "b": Both(800, None),
        "c": Both(800, 800),
    }


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [(9, 9, Both(9, 9)), (9, 4, Both(9, None)), (9, 8, Both(9, None)), (9, 0, Both(9, 0)), (3, 3, Both(None, None))],
)
def test_how_many_could_join_is_told_where_five_could_not(old, new, expected):
    made = effect([0] * 9)
    assert told(Effect(**{**vars_of(made), "accepted": Both(old, new)})).accepted == expected


def vars_of(made):
    return {name: getattr(made, name) for name in Effect.__slots__}


def test_an_effect_kept_whole_before_any_of_this_is_told_without_what_was_not_counted():
    data = effect_data(effect([MORE] * 6 + [0] * 6))
    data["groups"] = [row[:4] for row in data["groups"]]
    del data["changed"]
    made = told_from(json.loads(json.dumps(data)))
    assert made.gaining == Moved(6, 6 * MORE)
    assert made.benefits["b"].new is None
    assert {group.paid.new for group in made.groups} == {None}


@given(
    st.lists(
        st.tuples(
            st.sampled_from([0, 0, 0, -600_000, LESS, MORE, 200_00, 600_000]),
            st.integers(0, 70),
            st.integers(0, 1),
            st.integers(0, 1),
        ),
        max_size=40,
    )
)
def test_no_figure_told_is_of_few(rows):
    whole = effect([row[0] for row in rows], [row[1:] for row in rows])
    made = told_from(json.loads(json.dumps(told_data(whole))))
    assert made == told(whole)
    assert not any(is_few(bar.people) for bar in made.bars)
    assert sum(bar.people for bar in made.bars) == (made.people or 0)
    for moved, mine in ((made.gaining, whole.gaining), (made.losing, whole.losing)):
        assert moved.is_telling is is_few(mine.people)
        assert moved.people in (None, mine.people)
    known = [moved.people for moved in (made.gaining, made.losing)]
    if None not in known:
        assert not is_few((made.people or 0) - sum(known))
    elif made.gaining.people is not None or made.losing.people is not None:
        assert not is_few((made.people or 0) - (made.gaining.people or 0) - (made.losing.people or 0))
    if made.paid.change is not None and made.gaining.fen is not None:
        assert made.losing.fen is not None or not is_few(whole.losing.people)
    for kind in ("age", "sex", "renewal"):
        shown = [group for group in made.groups if group.kind == kind]
        assert not is_few((made.people or 0) - sum(group.people for group in shown))
        counted = {group.name: group.changed for group in whole.groups if group.kind == kind}
        names = {group.name for group in shown if group.paid.change is not None}
        untold = sum(number for name, number in counted.items() if name not in names)
        assert not any(is_few(counted[name]) for name in names)
        assert made.paid.change is None or not is_few(untold)


def test_what_is_told_can_be_kept():
    made = told(effect([MORE] * 6 + [0] * 6))
    assert effect_from(json.loads(json.dumps(effect_data(made)))) == made
