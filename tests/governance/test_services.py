"""Propose, open, vote, close on the real books."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest

from apps.actuary.rules.snapshot import fingerprint
from apps.fund.selectors import balance, ledger_is_balanced
from apps.governance import services, tasks
from apps.governance.errors import (
    AboveSurplus,
    AccountChanged,
    AlreadyVoted,
    BallotClosed,
    ChoiceMissing,
    NoAccount,
    NoLines,
    NoSeat,
    NotComposed,
    NotLocked,
    NotOnRoll,
    Recused,
    ReportInPast,
    SeatTaken,
    SecondPersonNeeded,
    TitleMissing,
    TooEarly,
    TooFewVoters,
    WrongMoment,
    WrongTerm,
)
from apps.governance.models import Recusal, Resolution, State, Vote
from apps.governance.rules.words import Choice, Purpose
from apps.governance.selectors import available_fen
from apps.governance.services import closing
from apps.payments.models import Order
from apps.reminders.models import Message
from tests.actuary.factories import begun_close
from tests.conftest import NOW
from tests.governance.factories import (
    council,
    draft_line,
    ended,
    member,
    name_account,
    opened,
    organisation,
    proposed,
    vote,
    votes,
)

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=7)


def test_a_passed_line_becomes_an_appropriation_and_a_payment(seats, close):
    before = balance("surplus")
    resolution = opened(seats)
    votes(resolution, seats, "++++++---")
    assert ended(resolution).state == State.PASSED
    line = resolution.lines.get()
    assert balance("surplus") == before - 100_00
    assert balance(line.account) == 0
    assert balance("in-transit") == 100_00
    order = Order.objects.get(source_label="governance.line", source_id=line.pk)
    assert (order.purpose, order.amount_fen, order.owed_account) == ("appropriation", 100_00, line.account)
    assert order.payee_account == line.payee_account
    assert ledger_is_balanced()


@pytest.mark.parametrize(
    ("pattern", "state", "outcome"),
    [
        ("+++++++++", State.PASSED, "passed"),
        ("++++--0..", State.PASSED, "passed"),
        ("+++--00..", State.REJECTED, "threshold-missed"),
        ("++++.....", State.REJECTED, "quorum-missed"),
        (".........", State.REJECTED, "quorum-missed"),
    ],
)
def test_the_votes_decide_by_the_rule_and_the_reason_is_kept(seats, close, pattern, state, outcome):
    resolution = opened(seats)
    votes(resolution, seats, pattern)
    assert ended(resolution).state == state
    result = resolution.lines.get().result
    assert result.outcome == outcome
    assert result.tally.present == len(pattern.replace(".", ""))
    assert Order.objects.count() == (state == State.PASSED)


def test_each_line_is_decided_by_itself(seats, close):
    payee = organisation()
    resolution = opened(seats, [draft_line(payee, seats[0], 500_00), draft_line(payee, seats[0], 700_00)])
    for seat in seats:
        vote(resolution, seat, "for", "against")
    assert ended(resolution).state == State.PASSED
    assert Order.objects.get().amount_fen == 500_00
    assert available_fen(close) == close.surplus_fen - 500_00


def test_closing_again_pays_nothing_twice(seats, close):
    resolution = opened(seats)
    votes(resolution, seats, "+++++++++")
    ended(resolution)
    ended(resolution)
    assert services.continue_resolutions(now=LATER) == 0
    assert Order.objects.count() == 1
    assert balance("surplus") == close.surplus_fen - 100_00


def test_a_ballot_closes_by_itself_at_its_time_and_not_before(seats, close, monkeypatch):
    resolution = opened(seats)
    votes(resolution, seats, "+++++++++")
    assert services.continue_resolutions(now=LATER - timedelta(seconds=1)) == 0
    monkeypatch.setattr(tasks, "now", lambda: LATER)
    assert tasks.continue_resolutions() == 1
    resolution.refresh_from_db()
    assert (resolution.state, resolution.closed_by) == (State.PASSED, None)


def test_a_second_seat_may_close_early_once_nothing_can_change(seats, close):
    resolution = opened(seats)
    votes(resolution, seats, "++++.....")
    with pytest.raises(TooEarly):
        services.close_ballot(resolution_id=resolution.pk, actor=seats[2].user, now=NOW)
    votes(resolution, seats[4:], "++++.")
    with pytest.raises(SecondPersonNeeded):
        services.close_ballot(resolution_id=resolution.pk, actor=seats[1].user, now=NOW)
    with pytest.raises(TooEarly):
        services.close_ballot(resolution_id=resolution.pk, now=NOW)
    closed = services.close_ballot(resolution_id=resolution.pk, actor=seats[2].user, now=NOW)
    assert (closed.state, closed.opened_by, closed.closed_by) == (State.PASSED, seats[1], seats[2])


def test_what_is_asked_for_stays_within_the_surplus(seats, close):
    payee = organisation()
    with pytest.raises(AboveSurplus):
        proposed(seats, [draft_line(payee, seats[0], close.surplus_fen), draft_line(payee, seats[0], 1)])
    first = proposed(seats, [draft_line(payee, seats[0], close.surplus_fen)])
    second = proposed(seats, [draft_line(payee, seats[0], 1)])
    services.open_ballot(resolution_id=first.pk, actor=seats[1].user, closes_at=LATER, now=NOW)
    assert available_fen(close) == 0
    with pytest.raises(AboveSurplus):
        services.open_ballot(resolution_id=second.pk, actor=seats[1].user, closes_at=LATER, now=NOW)
    votes(first, seats, "---------")
    ended(first)
    opened_now = services.open_ballot(
        resolution_id=second.pk, actor=seats[1].user, closes_at=LATER + timedelta(7), now=LATER
    )
    assert opened_now.state == State.OPEN


def test_only_a_closed_quarters_surplus_can_be_used(seats, close):
    from tests.actuary.test_services import NEXT

    running = begun_close(NEXT)
    for close_id in (running.pk, 999_999):
        with pytest.raises(NotLocked):
            proposed(seats, close_id=close_id)


def test_a_proposal_is_checked_and_put_once(seats, close):
    payee, bare = organisation(), organisation(account=False)
    with pytest.raises(TitleMissing):
        proposed(seats, title_zh="", title_en="")
    with pytest.raises(NoLines):
        proposed(seats, [draft_line(payee, seats[0], 0)])
    with pytest.raises(NoAccount):
        proposed(seats, [draft_line(bare, seats[0])])
    with pytest.raises(ReportInPast):
        proposed(seats, [draft_line(payee, seats[0], report_due=NOW.date())])
    with pytest.raises(NoSeat):
        proposed(seats, actor=closed_actor())
    key = uuid4()
    assert proposed(seats, key=key) == proposed(seats, key=key)
    assert Resolution.objects.count() == 1


def closed_actor():
    from tests.members.factories import make_parent

    return make_parent()


def test_an_account_changed_after_the_proposal_is_not_voted_on(seats, close):
    payee = organisation()
    draft = proposed(seats, [draft_line(payee, seats[0])])
    name_account(payee, "6222000099990000")
    with pytest.raises(AccountChanged):
        services.open_ballot(resolution_id=draft.pk, actor=seats[1].user, closes_at=LATER, now=NOW)


def test_an_account_changed_after_the_opening_is_not_the_one_paid(seats, close):
    payee = organisation()
    resolution = opened(seats, [draft_line(payee, seats[0])])
    voted_on = resolution.lines.get().payee_account
    name_account(payee, "6222000099990000")
    votes(resolution, seats, "+++++++++")
    ended(resolution)
    assert Order.objects.get().payee_account == voted_on


def test_a_ballot_that_cannot_be_closed_does_not_hold_up_the_others(seats, close, monkeypatch):
    first, second = opened(seats), opened(seats)
    rules, breaks = closing.decision_rules, [False, True]
    monkeypatch.setattr(closing, "decision_rules", lambda: broken_rules() if breaks.pop() else rules())
    assert services.continue_resolutions(now=LATER) == 1
    monkeypatch.undo()
    assert services.continue_resolutions(now=LATER) == 1
    assert {Resolution.objects.get(pk=row.pk).state for row in (first, second)} == {State.REJECTED}


def broken_rules():
    raise RuntimeError("the file of rules is gone")


def test_opening_takes_a_second_person(seats, close):
    draft = proposed(seats)
    with pytest.raises(SecondPersonNeeded):
        services.open_ballot(resolution_id=draft.pk, actor=seats[0].user, closes_at=LATER, now=NOW)
    first = services.open_ballot(resolution_id=draft.pk, actor=seats[1].user, closes_at=LATER, now=NOW)
    again = services.open_ballot(resolution_id=draft.pk, actor=seats[1].user, closes_at=LATER, now=NOW)
    assert first.manifest_hash == again.manifest_hash
    with pytest.raises(WrongMoment):
        services.open_ballot(resolution_id=draft.pk, actor=seats[2].user, closes_at=LATER, now=NOW)


@pytest.mark.parametrize("length", [timedelta(hours=23), timedelta(days=61), timedelta(days=-1)])
def test_a_ballot_is_open_for_a_day_to_sixty(seats, close, length):
    draft = proposed(seats)
    with pytest.raises(WrongTerm):
        services.open_ballot(resolution_id=draft.pk, actor=seats[1].user, closes_at=NOW + length, now=NOW)


def test_an_incomplete_council_opens_nothing(seats, close):
    draft = proposed(seats)
    services.end_seat(seat_id=seats[3].pk, until=NOW.date(), actor=None, now=NOW)
    with pytest.raises(NotComposed, match="Technology"):
        services.open_ballot(resolution_id=draft.pk, actor=seats[1].user, closes_at=LATER, now=NOW)


def test_a_full_constituency_takes_no_more_and_the_same_seat_is_given_once(seats):
    with pytest.raises(SeatTaken):
        member("parents")
    again = services.seat_member(
        user=seats[0].user, constituency=seats[0].constituency, since=seats[0].since, actor=None, now=NOW
    )
    assert again == seats[0]


def test_the_manifest_freezes_everything_and_its_hash_proves_it(seats, close):
    resolution = opened(seats)
    frozen = json.loads(resolution.manifest)
    assert fingerprint(resolution.manifest) == resolution.manifest_hash
    assert frozen["surplus"]["ledger_snapshot_sha256"] == close.snapshot_hash
    assert frozen["rule"]["name"] == "council-appropriation@1/1"
    assert [row[0] for row in frozen["roll"]] == [entry.seat_id for entry in resolution.roll.order_by("pk")]
    assert len(frozen["roll"]) == 9
    assert frozen["lines"][0]["amount_fen"] == 100_00
    assert frozen["closes_at"] == LATER.isoformat()


def test_every_seat_is_told_once(seats, close):
    resolution = opened(seats)
    told = Message.objects.filter(kind="ballot-open", channel="in-app")
    assert {message.recipient_id for message in told} == {seat.user_id for seat in seats}
    assert told.count() == 9
    assert told.first().parameters["resolution_id"] == resolution.pk


def test_whoever_works_for_the_payee_does_not_vote_on_it(close):
    hospital = organisation()
    seats = council(hospital=hospital)
    other = organisation()
    resolution = opened(seats, [draft_line(hospital, seats[0]), draft_line(other, seats[0])])
    with pytest.raises(Recused):
        vote(resolution, seats[1], "for", "for")
    assert len(vote(resolution, seats[1], "", "for")) == 1
    for seat in [seats[0], *seats[3:]]:
        vote(resolution, seat, "for", "against")
    ended(resolution)
    result = resolution.lines.get(position=1).result
    assert (result.recused, result.tally.entitled, result.outcome) == (2, 7, "passed")


def test_the_owner_of_the_payee_counts_as_the_payee(close):
    group, hospital = organisation(kind="fund"), organisation()
    services.name_control(owner=group, owned=hospital, actor=None, now=NOW)
    services.name_control(owner=group, owned=hospital, actor=None, now=NOW)
    seats = council(insurer=group)
    resolution = opened(seats, [draft_line(hospital, seats[1])])
    found = Recusal.objects.get(line__resolution=resolution)
    assert (found.seat, found.rule, found.via) == (seats[0], "employed-by-owner", group)


def test_class_benefits_are_declared_from_doctors_and_families_and_do_not_keep_from_voting(close):
    from apps.care.models import FamilyDoctor
    from tests.actuary.factories import paid_cover
    from tests.members.factories import make_person

    seats = council()
    FamilyDoctor.objects.create(user=seats[4].user, clinic=organisation(kind="clinic"), places=10)
    child = make_person(seats[6].user, signed=False)
    paid_cover(NOW.date().replace(day=1), person=child)
    make_person(seats[7].user, signed=False)
    payee = organisation()
    rewards = draft_line(payee, seats[0], purpose=Purpose.DOCTORS_REWARDS)
    allowance = draft_line(payee, seats[0], purpose=Purpose.SICKNESS_ALLOWANCE)
    resolution = opened(seats, [rewards, allowance])
    found = Recusal.objects.filter(line__resolution=resolution).order_by("line__position")
    assert [(one.line.position, one.seat, one.rule, one.interest) for one in found] == [
        (1, seats[4], "signed-doctor", "declared"),
        (2, seats[6], "enrolled-child", "declared"),
    ]
    assert len(vote(resolution, seats[4], "for", "for")) == 2


def test_a_family_doctors_own_clinic_counts_as_employer(close):
    from apps.care.models import FamilyDoctor

    seats, clinic = council(), organisation(kind="clinic")
    FamilyDoctor.objects.create(user=seats[4].user, clinic=clinic, places=10)
    resolution = opened(seats, [draft_line(clinic, seats[0], purpose=Purpose.DOCTORS_REWARDS)])
    assert Recusal.objects.get(line__resolution=resolution).interest == "recused"


def test_too_few_without_an_interest_send_it_to_the_members(close):
    hospital = organisation()
    names = ("insurer", "hospital", "technology", "doctors", "parents")
    seats = council(**dict.fromkeys(names[:4], hospital))
    draft = proposed(seats, [draft_line(hospital, seats[0])])
    services.end_seat(seat_id=seats[8].pk, until=NOW.date(), actor=None, now=NOW)
    with pytest.raises(TooFewVoters, match="only 2"):
        services.open_ballot(resolution_id=draft.pk, actor=seats[1].user, closes_at=LATER, now=NOW)


def test_the_same_vote_again_by_any_form_is_the_vote_recorded_before(seats, close):
    resolution = opened(seats)
    key = uuid4()
    first = vote(resolution, seats[0], "for", key=key)
    assert vote(resolution, seats[0], "for", key=key) == first
    assert vote(resolution, seats[0], "for") == first
    with pytest.raises(AlreadyVoted):
        vote(resolution, seats[0], "against")
    assert Vote.objects.get().choice == "for"


def test_a_vote_names_each_line_and_nothing_else(seats, close):
    resolution = opened(seats)
    for choices in ({}, {resolution.lines.get().pk: Choice.FOR, 999_999: Choice.FOR}):
        with pytest.raises(ChoiceMissing):
            services.cast_vote(resolution_id=resolution.pk, actor=seats[0].user, choices=choices, key=uuid4(), now=NOW)


def test_no_vote_after_the_close_or_the_end_or_from_outside_the_roll(seats, close):
    resolution = opened(seats)
    with pytest.raises(BallotClosed):
        vote(resolution, seats[0], "for", now=LATER)
    with pytest.raises(NotOnRoll):
        services.cast_vote(resolution_id=resolution.pk, actor=closed_actor(), choices={}, key=uuid4(), now=NOW)
    votes(resolution, seats, "++++++++.")
    ended(resolution)
    with pytest.raises(BallotClosed):
        vote(resolution, seats[8], "for")
