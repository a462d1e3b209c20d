"""Other limits: one treasurer proposes them, a second person puts them in force, the database counts both."""

from dataclasses import asdict
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from apps.accounts.models import Role
from apps.core.errors import NotAllowed
from apps.payments.errors import AlreadyProposed, SecondPersonNeeded
from apps.payments.models import Limits, Proposal
from apps.payments.rules.holding import LimitsInForce
from apps.payments.selectors import limits_in_force
from apps.payments.services import confirm, propose_limits, refuse, take_back
from tests.fund.factories import NOW
from tests.payments.factories import order

pytestmark = pytest.mark.django_db
FIRST = LimitsInForce(release_from_fen=5_000_000, payee_day_fen=20_000_000, day_fen=500_000_000)
LOWER = LimitsInForce(release_from_fen=100, payee_day_fen=200, day_fen=300)
PAGE = "payments:limits"


@pytest.fixture
def treasurer(make_user):
    return make_user("treasurer@example.com", Role.TREASURER)


@pytest.fixture
def council(make_user):
    return make_user("council@example.com", Role.COUNCIL)


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


def test_a_proposal_about_something_else_puts_no_limits_in_force(treasurer, council):
    other = Proposal.objects.create(
        key=uuid4(), kind="decline", order=order(), reason="x", proposed_by=treasurer, proposed_at=NOW,
        decided_by=council, decided_at=NOW, outcome="accepted",
    )  # fmt: skip
    Limits.objects.create(proposal=other, set_at=NOW, **asdict(LOWER))
    assert limits_in_force() == FIRST


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
        ({"day_fen": "0"}, "above zero"),
        ({"release_from_fen": "many"}, "yuan"),
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


def test_a_second_proposal_is_refused_at_the_form(signed_in, treasurer):
    propose(treasurer)
    page = signed_in(treasurer).post(reverse(PAGE), typed())
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
    with django_assert_num_queries(7):  # session, user, unread messages; limits, sent today, count, page
        assert len(client.get(reverse(PAGE)).context["page"]) == min(rows, 20)
