"""Other limits: one treasurer proposes them, a second person puts them in force, the database counts both."""

from dataclasses import asdict
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from apps.accounts.models import Role
from apps.audit.models import Event
from apps.core.errors import NotAllowed
from apps.payments.errors import AlreadyProposed, LimitsContradict, SecondPersonNeeded
from apps.payments.models import Limits, Proposal
from apps.payments.rules.holding import ACCOUNT_OVER_DAY, LARGE, RELEASE_OVER_DAY, LimitsInForce, why_not_limits
from apps.payments.selectors import limits_in_force
from apps.payments.services import (
    confirm,
    propose_for_order,
    propose_limits,
    refuse,
    take_back,
    wake_held,
)
from tests.fund.concurrency import at_once
from tests.fund.factories import NOW
from tests.payments.factories import order, send, states

pytestmark = pytest.mark.django_db
FIRST = LimitsInForce(release_from_fen=5_000_000, payee_day_fen=20_000_000, day_fen=500_000_000)
LOWER = LimitsInForce(release_from_fen=100, payee_day_fen=200, day_fen=300)
PAGE = "payments:limits"


def propose(actor, limits=LOWER, **changes):
    values = {"key": uuid4(), "reason": "as the council wished", "now": NOW, **changes}
    return propose_limits(limits=limits, actor=actor, **values)


def test_they_are_in_force_once_a_second_person_confirms(treasurer, council):
    proposal = propose(treasurer)
    assert limits_in_force() == FIRST
    assert order(100).state == "requested"
    confirm(proposal_id=proposal.pk, actor=council, now=NOW)
    assert limits_in_force() == LOWER
    assert order(100).state == "held"


def test_payments_that_wait_are_compared_with_the_new_limits(sandbox, treasurer, council):
    Limits.objects.create(release_from_fen=10_000, payee_day_fen=100, day_fen=10_000, set_at=NOW)
    first, second, large = order(60), order(70), order(150)
    assert send() == 1
    assert states(first, second, large) == ["submitted", "held", "held"]
    wider = LimitsInForce(release_from_fen=120, payee_day_fen=1_000, day_fen=10_000)
    confirm(proposal_id=propose(treasurer, wider).pk, actor=council, now=NOW)
    wake_held()
    assert send() == 1
    assert states(first, second, large) == ["submitted", "submitted", "held"]
    large.refresh_from_db()
    assert (large.reason, large.held_until, large.needs_release) == (LARGE, None, False)
    proposal = propose_for_order(
        kind="release", order_id=large.pk, actor=treasurer, key=uuid4(), reason="compared", now=NOW
    )
    confirm(proposal_id=proposal.pk, actor=council, now=NOW)
    assert send() == 1


def test_one_that_was_asked_for_while_limits_were_lowered_waits_and_its_neighbours_go(sandbox, treasurer, council):
    """What it was compared with and what the database knew differ: it is large, but was not held."""
    between, neighbour = order(150), order(60)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE payments_order SET needs_release = true WHERE id = %s", [between.pk])
        cursor.execute("SET session_replication_role = DEFAULT")
    assert send() == 1
    assert states(between, neighbour) == ["held", "submitted"]
    assert wake_held() == 0


@pytest.mark.parametrize(
    ("release", "payee_day", "day", "wrong"),
    [
        (100, 200, 300, None),
        (300, 300, 300, None),
        (201, 200, 300, ("release_from_fen", RELEASE_OVER_DAY)),
        (900, 200, 300, ("release_from_fen", RELEASE_OVER_DAY)),
        (100, 301, 300, ("payee_day_fen", ACCOUNT_OVER_DAY)),
        (900, 301, 300, ("payee_day_fen", ACCOUNT_OVER_DAY)),
    ],
)
def test_each_limit_leaves_the_next_one_its_sense(release, payee_day, day, wrong):
    assert why_not_limits(LimitsInForce(release, payee_day, day)) == wrong


def test_a_release_by_two_cannot_be_proposed_away(treasurer, council):
    with pytest.raises(LimitsContradict) as refused:
        propose(treasurer, LimitsInForce(release_from_fen=900_000_000, payee_day_fen=20_000_000, day_fen=500_000_000))
    assert refused.value.field == "release_from_fen"
    assert not Proposal.objects.exists()


def test_nor_can_one_proposed_before_that_was_refused_be_confirmed(treasurer, council):
    waiting = Proposal.objects.create(key=uuid4(), kind="limits", reason="x", proposed_by=treasurer, proposed_at=NOW)
    Limits.objects.create(proposal=waiting, set_at=NOW, release_from_fen=900, payee_day_fen=200, day_fen=300)
    with pytest.raises(LimitsContradict):
        confirm(proposal_id=waiting.pk, actor=council, now=NOW)
    assert limits_in_force() == FIRST


def test_the_event_says_which_limits(treasurer):
    proposal = propose(treasurer)
    event = Event.objects.get(action="payments.proposed", target_id=proposal.pk)
    assert {name: event.detail[name] for name in asdict(LOWER)} == asdict(LOWER)


@pytest.mark.django_db(transaction=True)
def test_the_same_form_sent_twice_at_once_proposes_once_and_two_forms_refuse_one(treasurer):
    key = uuid4()
    (one,) = {answer.pk for answer in at_once(lambda _: propose(treasurer, key=key), times=4)}
    take_back(proposal_id=one, actor=treasurer, now=NOW)
    answers = at_once(lambda _: propose(treasurer), times=3)
    assert [type(answer) for answer in answers if isinstance(answer, Exception)] == [AlreadyProposed] * 2


def test_nobody_confirms_their_own(treasurer):
    proposal = propose(treasurer)
    with pytest.raises(SecondPersonNeeded):
        confirm(proposal_id=proposal.pk, actor=treasurer, now=NOW)
    assert limits_in_force() == FIRST


@pytest.mark.parametrize("role", [Role.COUNCIL, Role.AUDITOR, Role.ADMINISTRATOR])
def test_only_a_treasurer_proposes_them(make_user, role):
    with pytest.raises(NotAllowed):
        propose(make_user("other@example.com", role))
    assert not Limits.objects.exists()


def test_refused_or_taken_back_they_never_come_into_force(treasurer, council):
    refuse(proposal_id=propose(treasurer).pk, actor=council, now=NOW)
    take_back(proposal_id=propose(treasurer).pk, actor=treasurer, now=NOW)
    assert limits_in_force() == FIRST
    confirm(proposal_id=propose(treasurer).pk, actor=council, now=NOW)
    assert limits_in_force() == LOWER


def test_one_proposal_at_a_time_and_each_once(treasurer):
    key = uuid4()
    assert propose(treasurer, key=key) == propose(treasurer, key=key)
    with pytest.raises(AlreadyProposed):
        propose(treasurer)
    assert Limits.objects.count() == 1


@pytest.mark.parametrize(
    ("attack", "said"),
    [
        ("INSERT INTO payments_proposal SELECT * FROM copy", "proposal_one_open_of_limits"),
        ("UPDATE payments_proposal SET outcome = 'accepted'", "proposal_decided_by_somebody"),
        (
            "UPDATE payments_proposal SET outcome = 'accepted', decided_by_id = proposed_by_id, decided_at = now()",
            "proposal_second_person",
        ),
        ("UPDATE payments_limits SET day_fen = 1", "append-only"),
        (
            "INSERT INTO payments_limits (release_from_fen, payee_day_fen, day_fen, set_at) VALUES (9, 9, 9, now())",
            "set by two people",
        ),
    ],
)
def test_the_database_refuses_a_short_way(treasurer, attack, said):
    propose(treasurer)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE copy AS SELECT * FROM payments_proposal")
        cursor.execute("UPDATE copy SET id = id + 1, key = gen_random_uuid()")
        with pytest.raises(DatabaseError, match=said), transaction.atomic():
            cursor.execute(attack)
    assert limits_in_force() == FIRST


@pytest.mark.parametrize("kind", ["decline", "limits"])
def test_a_proposal_about_something_else_or_decided_carries_no_limits(treasurer, council, kind):
    other = Proposal.objects.create(
        key=uuid4(), kind=kind, order=order(), reason="x", proposed_by=treasurer, proposed_at=NOW,
        decided_by=council, decided_at=NOW, outcome="accepted",
    )  # fmt: skip
    with pytest.raises(DatabaseError, match="set by two people"), transaction.atomic():
        Limits.objects.create(proposal=other, set_at=NOW, **asdict(LOWER))
    assert limits_in_force() == FIRST


@pytest.mark.parametrize("outcome", ["void", "open", "refused"])
def test_limits_two_people_set_stay_until_two_people_set_others(treasurer, council, outcome):
    confirm(proposal_id=propose(treasurer).pk, actor=council, now=NOW)
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE payments_proposal SET outcome = %s", [outcome])
    assert limits_in_force() == LOWER


def typed(**changes):
    return {
        "key": str(uuid4()), "release_from_fen": "50000", "payee_day_fen": "100,000", "day_fen": "3,000,000.50",
        "reason": "fewer than forty claims a day", **changes,
    }  # fmt: skip


def test_the_page_proposes_and_the_council_confirms(signed_in, treasurer, council):
    page = signed_in(treasurer).post(reverse(PAGE), typed(), follow=True)
    proposal = Proposal.objects.get()
    text = page.content.decode()
    assert page.redirect_chain[-1][0] == reverse("payments:proposal", args=[proposal.pk])
    assert "You proposed this" in text
    assert "¥5,000,000.00 → ¥3,000,000.50" in " ".join(text.split())

    client = signed_in(council)
    assert "Other limits" in client.get(reverse("payments:proposals")).content.decode()
    done = client.post(reverse("payments:proposal", args=[proposal.pk]), {"act": "confirm"}, follow=True)
    assert "Confirmed: it is done." in done.content.decode()
    assert limits_in_force() == LimitsInForce(5_000_000, 10_000_000, 300_000_050)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"payee_day_fen": "4000000"}, "To one account cannot go more than in all"),
        ({"release_from_fen": "100000.01"}, "two people would not be asked first"),
        ({"day_fen": "0"}, "above zero"),
        ({"release_from_fen": "many"}, "yuan"),
        ({"release_from_fen": "50000", "payee_day_fen": "200000", "day_fen": "5000000"}, "in force already"),
        ({"reason": ""}, "Write in a few words why."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(signed_in, treasurer, wrong, said):
    sent = typed(**wrong)
    page = signed_in(treasurer).post(reverse(PAGE), sent)
    (field,) = page.context["form"].errors
    assert field in wrong
    assert said in page.context["form"].errors[field][0]
    assert all(page.context["form"][name].value() == value for name, value in sent.items())
    assert not Proposal.objects.exists()


def test_while_one_waits_it_is_shown_and_a_second_one_is_refused_at_the_form(signed_in, treasurer):
    proposal = propose(treasurer)
    client = signed_in(treasurer)
    shown = client.get(reverse(PAGE))
    assert shown.context["form"] is None
    assert reverse("payments:proposal", args=[proposal.pk]) in shown.content.decode()
    page = client.post(reverse(PAGE), typed())
    assert "Something else is proposed for this already." in page.content.decode()


def test_an_auditor_reads_them_and_proposes_nothing(signed_in, make_user):
    client = signed_in(make_user("auditor@example.com", Role.AUDITOR))
    text = client.get(reverse(PAGE)).content.decode()
    assert "¥5,000,000.00" in text
    assert "Propose other limits" not in text
    assert client.post(reverse(PAGE), typed()).status_code == 200
    assert not Proposal.objects.exists()


@pytest.mark.parametrize("rows", [3, 60])
def test_the_page_costs_the_same_with_3_and_with_60(signed_in, treasurer, council, rows, django_assert_num_queries):
    for _ in range(rows):
        refuse(proposal_id=propose(treasurer).pk, actor=council, now=NOW)
    client = signed_in(treasurer)
    with django_assert_num_queries(8):  # session, user, unread messages; limits, sent today, open one, count, page
        assert len(client.get(reverse(PAGE)).context["page"]) == min(rows, 20)
