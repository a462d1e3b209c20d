from pathlib import Path

import pytest

from apps.referrals import terms
from apps.referrals.rules import machine
from apps.referrals.rules.machine import OWNER, TRANSITIONS, USUAL, steps_for
from apps.referrals.rules.words import EVENT_WORDS, STATE_WORDS, TERMINAL, TOLD, Event, Priority, State, Who

README = Path(machine.__file__).parent.parent / "README.md"


def reachable(start, arrows):
    seen, todo = set(), [start]
    while todo:
        state = todo.pop()
        if state not in seen:
            seen.add(state)
            todo += arrows.get(state, [])
    return seen


FORWARD, BACKWARD = {}, {}
for row in TRANSITIONS:
    FORWARD.setdefault(row.source, []).append(row.target)
    BACKWARD.setdefault(row.target, []).append(row.source)


def test_the_table_has_the_published_size():
    assert len(State) == 15
    assert len(TRANSITIONS) == 34
    assert len(machine.BY_STEP) == 34


def test_every_state_is_reached_from_the_start():
    assert reachable(State.START, FORWARD) == set(State)


def test_every_state_can_finish():
    assert set.union(*(reachable(end, BACKWARD) for end in TERMINAL)) == set(State)


def test_nothing_leaves_an_ended_referral():
    assert not [row for row in TRANSITIONS if row.source in TERMINAL]


def test_the_ball_is_in_one_court_and_that_side_can_play_it():
    assert set(OWNER) == set(State) - TERMINAL - {State.START}
    for state, owner in OWNER.items():
        assert steps_for(state, frozenset({owner})), state


def test_every_usual_step_exists_and_comes_first_for_the_owner():
    for state, events in USUAL.items():
        assert steps_for(state, frozenset({OWNER[state]}))[0].event is events[0]


def test_every_state_that_moves_has_a_clock_for_each_priority():
    assert set(terms.clocks()) == set(OWNER)
    assert all(set(spans) == set(Priority) for spans in terms.clocks().values())


def test_every_event_is_used_and_has_words_for_staff_and_family():
    assert {row.event for row in TRANSITIONS} == set(Event) == set(EVENT_WORDS) == set(TOLD)
    assert set(STATE_WORDS) == set(State)


@pytest.mark.parametrize(
    ("who", "may", "may_not"),
    [
        (Who.FAMILY, {Event.BOOK, Event.REBOOK, Event.CANCEL}, {Event.ACCEPT, Event.ACK_RETURN, Event.SUBMIT}),
        (Who.COORDINATOR, {Event.ACCEPT, Event.BOOK, Event.CHECK_IN, Event.REASSIGN_DOCTOR},
         {Event.ADVISE_ONLY, Event.REJECT, Event.SEE, Event.RETURN_LETTER}),
        (Who.SPECIALIST, {Event.REJECT, Event.SEE, Event.RETURN_LETTER, Event.SEND_DOWN},
         {Event.CANCEL, Event.CHECK_IN}),
        (Who.CLOCK, {Event.MARK_NO_SHOW, Event.DISCARD}, {Event.CANCEL, Event.LOST_TO_FOLLOW_UP}),
    ],
)  # fmt: skip
def test_who_may_do_what(who, may, may_not):
    allowed = {row.event for row in TRANSITIONS if who in row.by}
    assert may <= allowed
    assert not may_not & allowed


def test_the_clock_never_closes_what_people_have_begun():
    assert {(row.source, row.target) for row in TRANSITIONS if Who.CLOCK in row.by} == {
        (State.DRAFT, State.CANCELLED),
        (State.BOOKED, State.NO_SHOW),
    }


def test_the_readme_shows_the_table_of_the_code():
    assert machine.diagram() in README.read_text(encoding="utf-8")
