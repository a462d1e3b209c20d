"""Payers that are neither family nor group: what they promised, and their transfer, matched by two people."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from apps.accounts.models import Role
from apps.core.errors import NotAllowed
from apps.enrolments.errors import NothingDue
from apps.enrolments.models import Contribution, Cover, Refund
from apps.enrolments.selectors import promised_by_others
from apps.enrolments.services import (
    expect_transfer,
    leave_cover,
    name_refund_account,
    pay_refunds,
    receive_contribution,
    settle_contributions,
)
from apps.fund.selectors import balance, ledger_is_balanced
from apps.payments.models import Checkout, Order, StatementLine
from apps.payments.rules.matching import LineKind
from apps.payments.services import confirm, propose_for_line, take_lines
from apps.payments.worklist import candidates
from tests.enrolments.factories import make_cover, publish_plan
from tests.enrolments.groups import as_csv, county, enrolled, people
from tests.members.factories import make_parent
from tests.payments.factories import fact

pytestmark = pytest.mark.django_db
PAGE = "enrolments:promised"


@pytest.fixture
def cover():
    """The lottery fund bears half of the price and is not waited for; the family has paid the other half."""
    return make_cover(
        plan_code=publish_plan("helped", payers=[{"payer": "lottery-fund", "amount": "half", "trusted": True}])
    )


@pytest.fixture
def promise(cover):
    return cover.contributions.get(payer_label="lottery-fund")


@pytest.fixture
def treasurer():
    return make_parent("", Role.TREASURER)


def test_only_what_neither_families_nor_groups_owe_is_listed(cover, promise):
    make_cover(schedule="monthly")
    enrolled(county(), as_csv(people(1)))
    assert list(promised_by_others()) == [promise]
    Cover.objects.filter(pk=cover.pk).update(state="cancelled")
    assert not promised_by_others().exists()


def test_a_transfer_is_matched_by_two_people_and_the_books_clear(client, promise, treasurer, now):
    client.force_login(treasurer)
    assert "Welfare lottery fund" in client.get(reverse(PAGE)).content.decode()
    for _ in range(2):
        answer = client.post(reverse(PAGE), {"contribution": promise.pk}, follow=True)
    assert "Waits for its line" in answer.content.decode()
    asked = Checkout.objects.get()
    Checkout.objects.update(state="expired")  # after a day
    before = balance("bank-clearing")
    take_lines(facts=[fact(1, asked, LineKind.RECEIVED, key="a transfer")], now=now)
    line = StatementLine.objects.get()
    assert (line.state, balance("suspense")) == ("quarantine", promise.amount_fen)
    assert f"checkout:{asked.pk}" in [one.value for one in candidates(line)]
    match = {"kind": "match-checkout", "line_id": line.pk, "checkout_id": asked.pk}
    proposal = propose_for_line(**match, actor=treasurer, key=uuid4(), reason="by name and amount", now=now)
    later = now + timedelta(days=40)
    confirm(proposal_id=proposal.pk, actor=make_parent("", Role.COUNCIL), now=later)
    assert settle_contributions(now=later) == 1
    promise.refresh_from_db()
    assert (promise.state, promise.paid_date) == ("paid", line.bank_date)
    assert (balance("suspense"), balance("bank-clearing"), balance("bank")) == (0, before, promise.amount_fen)
    assert ledger_is_balanced()
    assert "Nothing is promised" in client.get(reverse(PAGE)).content.decode()


def test_only_the_treasurer_expects_a_transfer_and_only_of_such_a_payer(client, cover, promise, treasurer, now):
    with pytest.raises(NotAllowed):
        expect_transfer(contribution_id=promise.pk, actor=cover.person.registered_by, now=now)
    own = cover.contributions.get(payer_label="self")
    for other in (own.pk, 0):
        with pytest.raises(NothingDue):
            expect_transfer(contribution_id=other, actor=treasurer, now=now)
    client.force_login(treasurer)
    assert "nothing to pay" in client.post(reverse(PAGE), {"contribution": "x"}, follow=True).content.decode()
    client.force_login(cover.person.registered_by)
    assert client.get(reverse(PAGE)).status_code in (403, 404)
    assert not Checkout.objects.exists()


def test_what_goes_back_to_such_a_payer_waits_for_its_account(client, cover, promise, treasurer, now):
    receive_contribution(contribution_id=promise.pk, paid_date=now.date(), now=now)
    leave_cover(cover_id=cover.pk, actor=cover.person.registered_by, seen_fen=cover.price_fen, now=now)
    refund = Refund.objects.get(contribution=promise)
    client.force_login(treasurer)
    assert "No account yet" in client.get(reverse(PAGE)).content.decode()
    page = reverse("enrolments:refund_account", args=[refund.pk])
    typed = {"key": str(uuid4()), "holder_name": "Lottery Fund", "bank": "Bank", "number": "12"}
    assert "Account number" in client.get(page).content.decode()
    assert client.post(page, typed).status_code == 200, "the number is too short"
    assert client.post(page, {**typed, "number": "6222021234567890"}).url == reverse(PAGE)
    assert "Being sent" in client.get(reverse(PAGE)).content.decode()
    pay_refunds(now=now + timedelta(days=3))
    refund.refresh_from_db()
    assert (refund.order.amount_fen, refund.order.payee_account.holder_name) == (promise.amount_fen, "Lottery Fund")
    Order.objects.update(state="settled", settled_date=now.date())
    assert client.get(page).status_code == 404, "it is paid back"


def test_only_the_treasurer_names_such_an_account_and_only_of_such_a_payer(cover, promise, treasurer, now):
    receive_contribution(contribution_id=promise.pk, paid_date=now.date(), now=now)
    leave_cover(cover_id=cover.pk, actor=cover.person.registered_by, seen_fen=cover.price_fen, now=now)
    account = {"holder_name": "X", "bank": "Bank", "number": "6222021234567890", "key": uuid4(), "now": now}
    other, own = Refund.objects.get(contribution=promise), Refund.objects.exclude(contribution=promise).get()
    for refund, actor in ((other, cover.person.registered_by), (own, treasurer)):
        with pytest.raises(NotAllowed):
            name_refund_account(refund_id=refund.pk, actor=actor, **account)


def test_the_page_asks_the_database_a_constant_number_of_times(
    client, promise, treasurer, django_assert_max_num_queries
):
    code = promise.cover.plan_code
    for _ in range(4):
        make_cover(plan_code=code)
    client.force_login(treasurer)
    with django_assert_max_num_queries(8):
        client.get(reverse(PAGE))


def test_another_amount_owed_by_then_is_asked_for_anew(cover, promise, treasurer, now):
    first = expect_transfer(contribution_id=promise.pk, actor=treasurer, now=now)
    Contribution.objects.filter(pk=promise.pk).update(amount_fen=5_00)
    second = expect_transfer(contribution_id=promise.pk, actor=treasurer, now=now)
    assert (second.amount_fen, second.source) == (5_00, first.source)
    assert second != first


def test_a_transfer_expected_keeps_no_family_from_leaving(cover, promise, treasurer, now):
    expect_transfer(contribution_id=promise.pk, actor=treasurer, now=now)
    later = now + timedelta(hours=1)
    own_fen = cover.contributions.get(payer_label="self").amount_fen
    leave_cover(cover_id=cover.pk, actor=cover.person.registered_by, seen_fen=own_fen, now=later)
    cover.refresh_from_db()
    assert cover.state == "cancelled"
