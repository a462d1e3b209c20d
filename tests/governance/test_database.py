"""What the database itself refuses, whoever asks: frozen ballots, votes that may not be, constraints."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from apps.directory.models import Post
from apps.governance import services
from apps.governance.models import (
    Control,
    Line,
    LineResult,
    Recusal,
    Resolution,
    ResolutionEvent,
    RollSeat,
    Seat,
    State,
    Vote,
)
from tests.actuary.factories import closed_quarter
from tests.conftest import NOW
from tests.governance.factories import council, draft_line, member, opened, organisation, proposed, vote, votes

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=7)


@pytest.fixture
def seats(db):
    closed_quarter()
    return council()


def refused(sql: str, match: str, *values: object) -> None:
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(DatabaseError, match=match), transaction.atomic():
        connection.cursor().execute(sql, values)


FROZEN = [
    ("UPDATE governance_vote SET choice = 'against'", "append-only"),
    ("DELETE FROM governance_vote", "append-only"),
    ("TRUNCATE governance_vote", "append-only"),
    ("UPDATE governance_line SET amount_fen = amount_fen + 1", "append-only"),
    ("DELETE FROM governance_recusal", "append-only"),
    ("UPDATE governance_rollseat SET name = 'x'", "append-only"),
    ("DELETE FROM governance_rollseat", "append-only"),
    ("UPDATE governance_resolutionevent SET reason = 'x'", "append-only"),
    ("UPDATE governance_resolution SET title_en = 'Other'", "frozen"),
    ("UPDATE governance_resolution SET text = 'Other'", "frozen"),
    ("UPDATE governance_resolution SET rule_name = 'council-appropriation@1/2'", "frozen"),
    ("UPDATE governance_resolution SET closes_at = closes_at + interval '1 day'", "frozen"),
    ("UPDATE governance_resolution SET manifest = '{}'", "frozen"),
    ("UPDATE governance_resolution SET opened_by_id = proposed_by_id", "frozen"),
    ("UPDATE governance_resolution SET state = 'draft'", "no way"),
    ("DELETE FROM governance_resolution", "never deleted"),
    ("TRUNCATE governance_resolution CASCADE", "append-only"),
]


@pytest.mark.parametrize(("attack", "match"), FROZEN)
def test_nothing_of_an_open_ballot_can_be_edited(seats, attack, match):
    hospital = organisation()
    Post.objects.create(user=seats[2].user, organisation=hospital, since=NOW.date())
    resolution = opened(seats, [draft_line(hospital, seats[0]), draft_line(organisation(), seats[0])])
    vote(resolution, seats[0], "for", "for")
    refused(attack, match)


@pytest.mark.parametrize("attack", ["title_en = 'Other'", "text = 'x'", "proposed_by_id = proposed_by_id + 1"])
def test_not_even_a_draft_is_rewritten(seats, attack):
    proposed(seats)
    refused(f"UPDATE governance_resolution SET {attack}", "frozen")


@pytest.mark.parametrize("attack", ["state = 'open'", "closed_at = now()", "state = 'passed'"])
def test_a_decided_resolution_stays_as_it_is(seats, attack):
    resolution = opened(seats)
    services.close_ballot(resolution_id=resolution.pk, now=LATER)
    refused(f"UPDATE governance_resolution SET {attack}", "has ended")
    refused("UPDATE governance_lineresult SET yes = 9, outcome = 'passed'", "append-only")


def test_nothing_joins_an_open_ballot(seats):
    resolution = opened(seats)
    line = resolution.lines.get()
    late = {"purpose": line.purpose, "payee": line.payee, "payee_account": line.payee_account, "owner": line.owner}
    attempts = [
        lambda: Line.objects.create(
            resolution=resolution,
            position=2,
            key="late",
            amount_fen=1,
            milestones="x",
            report_due=date(2027, 1, 1),
            **late,
        ),
        lambda: RollSeat.objects.create(resolution=resolution, seat=seats[0], name="x", constituency="parents"),
        lambda: Recusal.objects.create(line=line, seat=seats[5], interest="recused", rule="employed-by-payee"),
    ]
    for attempt in attempts:
        with pytest.raises(DatabaseError, match="ballot is frozen"), transaction.atomic():
            attempt()


def raw_vote(line, seat, at=NOW, choice="for"):
    return Vote.objects.create(line=line, seat=seat, choice=choice, at=at, key=uuid4())


def test_the_database_takes_no_vote_of_a_recused_seat_or_from_outside_the_roll(seats):
    hospital = organisation()
    services.end_seat(seat_id=seats[2].pk, until=NOW.date(), actor=None, now=NOW)
    employed = member("hospital", hospital, since=NOW.date())
    line = opened([*seats[:2], employed, *seats[3:]], [draft_line(hospital, seats[0])]).lines.get()
    with pytest.raises(DatabaseError, match="recused"), transaction.atomic():
        raw_vote(line, employed)
    with pytest.raises(DatabaseError, match="not on the roll"), transaction.atomic():
        raw_vote(line, seats[2])
    assert raw_vote(line, seats[0]).pk


def test_the_database_takes_no_vote_before_after_or_twice(seats):
    draft = proposed(seats).lines.get()
    with pytest.raises(DatabaseError, match="not open"), transaction.atomic():
        raw_vote(draft, seats[0])
    resolution = opened(seats)
    line = resolution.lines.get()
    for at in (NOW - timedelta(seconds=1), LATER):
        with pytest.raises(DatabaseError, match="not open"), transaction.atomic():
            raw_vote(line, seats[0], at=at)
    raw_vote(line, seats[0])
    with pytest.raises(IntegrityError, match="one_vote_a_line_and_seat"), transaction.atomic():
        raw_vote(line, seats[0], choice="against")
    with pytest.raises(IntegrityError, match="vote_choice_known"), transaction.atomic():
        raw_vote(line, seats[1], choice="maybe")
    votes(resolution, seats[1:], "++++++++")
    services.close_ballot(resolution_id=resolution.pk, now=LATER)
    with pytest.raises(DatabaseError, match="not open"), transaction.atomic():
        raw_vote(line, seats[8])


def test_a_person_has_one_seat_at_a_time(seats):
    seat = seats[0]
    values = {"user": seat.user, "constituency": "parents"}
    with pytest.raises(IntegrityError, match="one_seat_a_person_at_a_time"), transaction.atomic():
        Seat.objects.create(since=seat.until - timedelta(1), until=seat.until + timedelta(9), **values)
    assert Seat.objects.create(since=seat.until, until=seat.until + timedelta(9), **values).pk
    with pytest.raises(IntegrityError, match="seat_ends_after_it_starts"), transaction.atomic():
        Seat.objects.create(since=seat.since, until=seat.since, **values)


def test_nobody_owns_itself_or_twice(seats):
    one, two = organisation(), organisation()
    Control.objects.create(owner=one, owned=two)
    with pytest.raises(IntegrityError, match="control_once"), transaction.atomic():
        Control.objects.create(owner=one, owned=two)
    with pytest.raises(IntegrityError, match="nobody_owns_itself"), transaction.atomic():
        Control.objects.create(owner=one, owned=one)


def test_the_constraints_of_a_resolution_hold(seats):
    draft = proposed(seats)
    opening = {"opened_at": NOW, "closes_at": LATER, "manifest_hash": "x"}
    for constraint, changes in [
        ("open_means_frozen", {"state": State.OPEN}),
        ("open_means_frozen", {"state": State.OPEN, "opened_by": seats[1], **opening, "closes_at": NOW}),
        ("opened_by_a_second_person", {"state": State.OPEN, "opened_by": seats[0], **opening}),
    ]:
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Resolution.objects.filter(pk=draft.pk).update(**changes)
    with pytest.raises(IntegrityError, match="resolution_has_a_title"), transaction.atomic():
        Resolution.objects.create(
            period_close=draft.period_close, text="x", rule_name="x", proposed_by=seats[0], proposed_at=NOW, key=uuid4()
        )
    with pytest.raises(IntegrityError, match="key"), transaction.atomic():
        Resolution.objects.create(
            title_en="x",
            period_close=draft.period_close,
            text="x",
            rule_name="x",
            proposed_by=seats[0],
            proposed_at=NOW,
            key=draft.key,
        )


def test_the_constraints_of_lines_and_rolls_hold(seats):
    draft = proposed(seats)
    line = draft.lines.get()
    values = {name: getattr(line, name) for name in ("purpose", "payee", "payee_account", "owner", "milestones")}
    values |= {"resolution": draft, "report_due": line.report_due}
    for constraint, changes in [
        ("line_position_once", {"position": 1, "key": "a", "amount_fen": 1}),
        ("line_amount_above_zero", {"position": 2, "key": "b", "amount_fen": 0}),
        ("governance_line_key", {"position": 3, "key": line.key, "amount_fen": 1}),
    ]:
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Line.objects.create(**values, **changes)
    entry = {"resolution": draft, "seat": seats[0], "name": "x", "constituency": "parents"}
    RollSeat.objects.create(**entry)
    with pytest.raises(IntegrityError, match="seat_once_on_a_roll"), transaction.atomic():
        RollSeat.objects.create(**entry)
    interest = {"line": line, "seat": seats[0], "interest": "declared", "rule": "signed-doctor"}
    Recusal.objects.create(**interest)
    with pytest.raises(IntegrityError, match="one_interest_a_line_and_seat"), transaction.atomic():
        Recusal.objects.create(**interest)


def test_a_line_has_one_result(seats):
    resolution = opened(seats)
    services.close_ballot(resolution_id=resolution.pk, now=LATER)
    line = resolution.lines.get()
    with pytest.raises(IntegrityError, match="governance_lineresult_line_id"), transaction.atomic():
        LineResult.objects.create(line=line, outcome="passed", seats=9, recused=0, yes=9, no=0, abstain=0)


def test_each_step_of_a_resolution_is_written_down(seats):
    resolution = opened(seats)
    services.close_ballot(resolution_id=resolution.pk, now=LATER)
    events = ResolutionEvent.objects.filter(resolution=resolution).order_by("pk")
    assert [(event.kind, event.seat) for event in events] == [
        ("proposed", seats[0]),
        ("opened", seats[1]),
        ("rejected", None),
    ]
