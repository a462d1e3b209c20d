"""Large payments wait for two people; the database compares them too, and nothing goes to an account named since."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from apps.accounts.models import Role
from apps.audit.models import Event
from apps.core.errors import NotAllowed
from apps.fund.selectors import balance
from apps.payments.errors import (
    AccountChanged,
    AlreadyDecided,
    AlreadyProposed,
    CausedByYou,
    MovedOn,
    SecondPersonNeeded,
)
from apps.payments.models import Limits, Order, Proposal
from apps.payments.permissions import can_confirm
from apps.payments.rules.holding import ACCOUNT_CHANGED, LARGE
from apps.payments.services import confirm, propose_for_order, refuse, send_due_payments, take_back
from tests.fund.factories import NOW, PLAN
from tests.payments.factories import order, payee

pytestmark = pytest.mark.django_db
BIG = 5_000_000
PAYABLE = f"claims-payable:{PLAN}"


@pytest.fixture
def people(make_user):
    return {
        "first": make_user("first@example.com", Role.TREASURER),
        "second": make_user("second@example.com", Role.TREASURER),
        "council": make_user("council@example.com", Role.COUNCIL),
        "officer": make_user("officer@example.com", Role.CLAIMS_OFFICER),
    }


def propose(asked, actor, kind="release", **changes):
    values = {"key": uuid4(), "reason": "compared with the decision", "now": NOW}
    return propose_for_order(kind=kind, order_id=asked.pk, actor=actor, **{**values, **changes})


def agree(proposal, actor):
    return confirm(proposal_id=proposal.pk, actor=actor, now=NOW)


def state(asked):
    asked.refresh_from_db()
    return asked.state


def send():
    return send_due_payments(limit=50, now=NOW)


def test_a_large_payment_waits_and_says_why(sandbox):
    asked, small = order(BIG), order(BIG - 1)
    assert (state(asked), asked.reason) == ("held", LARGE)
    assert asked.needs_release
    assert state(small) == "requested"
    assert send() == 1
    assert sandbox.payments(asked.key) == 0
    assert balance("in-transit") == 2 * BIG - 1


@pytest.mark.parametrize("second", ["second", "council"])
def test_two_people_let_it_go_and_it_is_paid_once(sandbox, people, second):
    asked = order(BIG)
    agree(propose(asked, people["first"]), people[second])
    assert state(asked) == "requested"
    assert send() == 1
    assert (state(asked), sandbox.payments(asked.key)) == ("submitted", 1)
    assert list(Event.objects.order_by("id").values_list("action", flat=True))[-2:] == [
        "payments.proposed",
        "payments.proposal-accepted",
    ]


def test_whoever_proposed_it_does_not_confirm_it(people):
    proposal = propose(order(BIG), people["first"])
    with pytest.raises(SecondPersonNeeded):
        agree(proposal, people["first"])
    assert not can_confirm(actor=people["first"], proposal=proposal)
    assert can_confirm(actor=people["second"], proposal=proposal)


def test_whoever_caused_it_takes_no_part(people):
    asked = order(BIG, caused_by=people["first"].pk)
    with pytest.raises(CausedByYou):
        propose(asked, people["first"])
    proposal = propose(asked, people["second"])
    with pytest.raises(CausedByYou):
        agree(proposal, people["first"])
    agree(proposal, people["council"])
    assert state(asked) == "requested"


@pytest.mark.parametrize("role", ["council", "officer"])
def test_only_a_treasurer_proposes(people, role):
    with pytest.raises(NotAllowed):
        propose(order(BIG), people[role])


def test_only_treasurer_or_council_confirms(people):
    proposal = propose(order(BIG), people["first"])
    with pytest.raises(NotAllowed):
        agree(proposal, people["officer"])


def test_it_is_proposed_once_at_a_time_and_a_repeated_post_finds_the_first(people):
    asked, key = order(BIG), uuid4()
    first = propose(asked, people["first"], key=key)
    assert propose(asked, people["first"], key=key) == first
    with pytest.raises(AlreadyProposed):
        propose(asked, people["second"])
    take_back(proposal_id=first.pk, actor=people["first"], now=NOW)
    with pytest.raises(MovedOn):
        take_back(proposal_id=first.pk, actor=people["first"], now=NOW)
    with pytest.raises(AlreadyDecided):
        agree(first, people["second"])
    assert refuse(proposal_id=propose(asked, people["second"]).pk, actor=people["first"], now=NOW).outcome == "refused"
    assert state(asked) == "held"


def test_a_declined_payment_is_owed_again(people):
    asked = order(BIG)
    agree(propose(asked, people["first"], "decline", reason="asked for twice"), people["second"])
    assert (state(asked), asked.reason) == ("failed", "asked for twice")
    assert (balance("in-transit"), balance(PAYABLE)) == (0, BIG)


@pytest.mark.parametrize("kind", ["release", "decline", "not-paid"])
def test_what_is_under_way_is_not_held(people, kind):
    with pytest.raises(MovedOn):
        propose(order(100), people["first"], kind)


def changed(asked):
    """The payee names another account, which is usable at once only in this test."""
    was = asked.payee_account
    new = payee(was.owner_id, "6222020200998877665", now=NOW - timedelta(days=3))
    assert new.owner_id == was.owner_id
    return new


@pytest.mark.parametrize("fen", [BIG, 100])
def test_an_account_changed_between_release_and_sending_is_paid_neither_old_nor_new(sandbox, people, fen):
    asked = order(fen)
    if fen == BIG:
        agree(propose(asked, people["first"]), people["second"])
    new = changed(asked)
    assert send() == 0
    assert (state(asked), asked.reason, asked.release) == ("held", ACCOUNT_CHANGED, None)
    assert sandbox.payments(asked.key) == 0
    again = propose(asked, people["first"], account_id=new.pk)
    agree(again, people["second"])
    assert send() == 1
    asked.refresh_from_db()
    assert asked.payee_account == new
    assert sandbox.store.payments()[0]["account"] == new.number


def test_a_release_is_void_after_the_account_has_changed(people, sandbox):
    asked = order(BIG)
    first = agree(propose(asked, people["first"]), people["second"])
    changed(asked)
    send()
    first.refresh_from_db()
    assert first.outcome == "void"


def test_the_account_seen_is_the_account_paid(people):
    asked = order(BIG)
    seen = asked.payee_account_id
    changed(asked)
    with pytest.raises(AccountChanged):
        propose(asked, people["first"], account_id=seen)
    proposal = propose(asked, people["first"])
    payee(asked.payee_account.owner_id, "6222020200111111111", now=NOW)
    with pytest.raises(AccountChanged):
        agree(proposal, people["second"])


def sql(query, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(query, values)


def test_the_database_refuses_a_release_by_fewer_than_two(people):
    asked = order(BIG, caused_by=people["officer"].pk)
    free = "UPDATE payments_order SET state = 'requested', release_id = %s WHERE id = %s"
    with pytest.raises(DatabaseError, match="two people"):
        sql(free, None, asked.pk)
    proposal = propose(asked, people["first"])
    with pytest.raises(DatabaseError, match="two people"):
        sql(free, proposal.pk, asked.pk)
    decide = "UPDATE payments_proposal SET decided_by_id = %s, decided_at = now(), outcome = 'accepted' WHERE id = %s"
    with pytest.raises(DatabaseError, match="proposal_second_person"):
        sql(decide, people["first"].pk, proposal.pk)
    sql(decide, people["officer"].pk, proposal.pk)
    with pytest.raises(DatabaseError, match="two people"):
        sql(free, proposal.pk, asked.pk)


def test_the_database_refuses_to_send_what_was_not_released():
    asked = order(BIG)
    for step in ("UPDATE payments_order SET state = 'submitting', lease_until = now()",):
        with pytest.raises(DatabaseError, match="does not go from held"):
            sql(step)
    sql("SET session_replication_role = replica")
    sql("UPDATE payments_order SET state = 'requested' WHERE id = %s", asked.pk)
    sql("SET session_replication_role = DEFAULT")
    with pytest.raises(DatabaseError, match="two people"):
        sql("UPDATE payments_order SET state = 'submitting', lease_until = now()")


@pytest.mark.parametrize(
    ("attack", "said"),
    [
        ("UPDATE payments_proposal SET kind = 'decline'", "never changes"),
        ("UPDATE payments_proposal SET proposed_by_id = decided_by_id", "never changes"),
        ("UPDATE payments_proposal SET outcome = 'refused'", "never changes"),
        ("DELETE FROM payments_proposal", "append-only"),
        ("UPDATE payments_order SET payee_account_id = payee_account_id + 1", "never changes"),
        ("UPDATE payments_order SET needs_release = false", "never changes"),
        ("UPDATE payments_order SET caused_by_id = NULL, reason = ''", "never changes"),
        ("UPDATE payments_limits SET day_fen = 1", "append-only"),
    ],
)
def test_what_was_proposed_and_decided_stays(people, attack, said):
    Limits.objects.create(release_from_fen=1, payee_day_fen=1, day_fen=1, set_at=NOW)
    agree(propose(order(BIG, caused_by=people["officer"].pk), people["first"]), people["council"])
    with pytest.raises(DatabaseError, match=said):
        sql(attack)


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"outcome": "accepted"}, "proposal_decided_by_somebody"),
        ({"order": None}, "proposal_about_something"),
    ],
)
def test_constraints_of_proposals(people, values, name):
    usual = {"key": uuid4(), "kind": "release", "order": order(BIG), "proposed_by": people["first"]}
    with pytest.raises(DatabaseError, match=name), transaction.atomic():
        Proposal.objects.create(**{**usual, "reason": "x", "proposed_at": NOW, **values})


def test_constraint_a_held_order_is_not_released(people):
    asked = order(BIG)
    proposal = propose(asked, people["first"])
    with pytest.raises(DatabaseError, match="order_held_is_not_released"):
        sql("UPDATE payments_order SET release_id = %s", proposal.pk)


def test_constraint_limits_are_above_zero():
    with pytest.raises(DatabaseError, match="limits_above_zero"), transaction.atomic():
        Limits.objects.create(release_from_fen=0, payee_day_fen=1, day_fen=1, set_at=NOW)
    assert Order.objects.count() == 0
