"""Cancelled, called a second time, waiting for the members' assembly."""

from datetime import timedelta

import pytest

from apps.governance import services
from apps.governance.errors import (
    ReasonMissing,
    SecondPersonNeeded,
    WrongMoment,
)
from apps.governance.models import State
from apps.governance.selectors import available_fen, decisions
from apps.payments.models import Order
from tests.conftest import NOW
from tests.governance.factories import (
    ended,
    needing_assembly,
    opened,
    proposed,
    votes,
)

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=7)


def test_cancelling_takes_a_reason_and_for_an_open_ballot_a_second_person(seats, close):
    resolution = opened(seats)
    with pytest.raises(ReasonMissing):
        services.cancel(resolution_id=resolution.pk, actor=seats[0].user, reason=" ", now=NOW)
    with pytest.raises(SecondPersonNeeded):
        services.cancel(resolution_id=resolution.pk, actor=seats[1].user, reason="Wrong amount", now=NOW)
    services.cancel(resolution_id=resolution.pk, actor=seats[0].user, reason="Wrong amount", now=NOW)
    services.cancel(resolution_id=resolution.pk, actor=seats[0].user, reason="Wrong amount", now=NOW)
    assert available_fen(close) == close.surplus_fen
    assert resolution.events.last().reason == "Wrong amount"
    with pytest.raises(WrongMoment):
        ended_open(resolution)
    assert list(decisions()) == [resolution]


def ended_open(resolution):
    return services.open_ballot(resolution_id=resolution.pk, actor=resolution.opened_by.user, closes_at=LATER, now=NOW)


def test_a_draft_cannot_be_closed(seats, close):
    draft = proposed(seats)
    with pytest.raises(WrongMoment):
        ended(draft)
    assert list(decisions()) == []


def test_a_second_call_follows_only_a_missed_quorum_and_once(seats, close):
    first = opened(seats)
    votes(first, seats, "+++......")
    ended(first)
    second = opened(seats, first_call_id=first.pk)
    assert second.rule_name.endswith("/2")
    votes(second, seats, "+++......")
    assert ended(second).state == State.PASSED
    for wrong in (first, second):
        with pytest.raises(WrongMoment):
            proposed(seats, first_call_id=wrong.pk)


def test_money_of_a_resolution_that_needs_the_assembly_waits_for_it(seats, close):
    resolution = needing_assembly(seats)
    votes(resolution, seats, "+++++++--")
    assert ended(resolution).state == State.RATIFYING
    assert Order.objects.count() == 0
    assert available_fen(close) == close.surplus_fen - 100_00
    with pytest.raises(SecondPersonNeeded):
        services.ratify(
            resolution_id=resolution.pk, actor=seats[1].user, is_ratified=True, minutes="15 Dec, 60 of 75", now=LATER
        )
    with pytest.raises(ReasonMissing):
        services.ratify(resolution_id=resolution.pk, actor=seats[0].user, is_ratified=True, minutes="", now=LATER)
    done = services.ratify(
        resolution_id=resolution.pk, actor=seats[0].user, is_ratified=True, minutes="15 Dec, 60 of 75", now=LATER
    )
    assert done.state == State.PASSED
    assert Order.objects.count() == 1


def test_what_the_assembly_refuses_gives_the_money_back(seats, close):
    resolution = needing_assembly(seats)
    votes(resolution, seats, "+++++++--")
    ended(resolution)
    done = services.ratify(
        resolution_id=resolution.pk, actor=seats[0].user, is_ratified=False, minutes="15 Dec, 30 of 75", now=LATER
    )
    assert done.state == State.REJECTED
    assert available_fen(close) == close.surplus_fen
