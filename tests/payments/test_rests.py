"""What the bank paid too little is owed until its rest has arrived, however often that fails."""

from dataclasses import dataclass
from importlib import import_module
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection
from django.urls import reverse

from apps.accounts.models import Role
from apps.core.errors import NotAllowed
from apps.fund.selectors import balance, ledger_is_balanced
from apps.payments.errors import CausedByYou, MovedOn
from apps.payments.models import Limits, Order, StatementLine
from apps.payments.rules.ages import REST_TO_DO, REST_UNPAID
from apps.payments.rules.matching import LineKind as K
from apps.payments.selectors import arrived_fen, order_of, orders_of, rests_to_pay_again
from apps.payments.services import confirm, pay_rest_again, propose_for_line, propose_for_order, take_lines
from apps.payments.worklist import late_orders, order_task
from tests.fund.concurrency import at_once
from tests.fund.factories import NOW, PLAN, money_in_bank
from tests.payments.factories import fact, order, payee, send, states

pytestmark = pytest.mark.django_db
MIGRATION = import_module("apps.payments.migrations.0006_rests")


@dataclass
class Short:
    """A payment of ¥10.00 of which the bank paid ¥9.90, and the order for the rest."""

    whole: Order
    rest: Order


@pytest.fixture
def short(sandbox, treasurer, council):
    money_in_bank(10_000)
    whole = order(1_000)
    send()
    take_lines(facts=[fact(1, whole, amount_fen=990)], now=NOW)
    explained = {"kind": "match-order", "line_id": StatementLine.objects.get().pk, "order_id": whole.pk}
    proposal = propose_for_line(**explained, actor=treasurer, key=uuid4(), reason="the bank kept a fee", now=NOW)
    confirm(proposal_id=proposal.pk, actor=council, now=NOW)
    return Short(Order.objects.get(pk=whole.pk), whole.rests.get())


def refused(short, sandbox):
    """Let the bank refuse the rest."""
    sandbox.order_fault("reject")
    send()
    short.rest.refresh_from_db()
    assert short.rest.state == "failed"
    return short.rest


def again(rest, actor):
    return pay_rest_again(order_id=rest.pk, actor=actor, now=NOW)


def arrives(rest, number):
    send()
    take_lines(facts=[fact(number, rest)], now=NOW)
    assert states(rest) == ["settled"]


def test_an_order_says_how_much_of_it_has_arrived(short):
    assert arrived_fen(short.whole) == 990
    assert arrived_fen(short.rest) == 0
    arrives(short.rest, 2)
    assert arrived_fen(short.whole) == 1_000
    assert arrived_fen(order(5)) == 0


def test_who_asked_sees_the_payment_and_not_its_rest(short):
    label, number = short.whole.source
    assert order_of(label, number) == short.whole
    assert orders_of(label, [number]) == {number: [short.whole]}


def test_a_rest_that_fails_is_on_the_list_until_it_is_paid_again(short, sandbox, treasurer):
    assert not late_orders(NOW).exists()
    rest = refused(short, sandbox)
    assert list(late_orders(NOW)) == [rest]
    assert order_task(rest).to_do == REST_TO_DO
    second = again(rest, treasurer)
    assert (second.business_key, second.amount_fen) == (f"{rest.business_key}:after:{rest.key}", 10)
    assert (second.rest_of, second.source, second.state) == (short.whole, rest.source, "requested")
    assert not late_orders(NOW).exists()
    arrives(second, 2)
    assert arrived_fen(short.whole) == 1_000
    assert (balance("bank"), balance("in-transit"), balance(f"claims-payable:{PLAN}")) == (9_000, 0, 0)
    assert ledger_is_balanced()


def test_a_rest_that_comes_back_goes_to_the_account_named_since(short, treasurer):
    arrives(short.rest, 2)
    take_lines(facts=[fact(3, short.rest, K.RETURNED)], now=NOW)
    rest = late_orders(NOW).get()
    assert (rest, order_task(rest).why, arrived_fen(short.whole)) == (short.rest, REST_UNPAID, 990)
    account = payee(owner_id=rest.payee_account.owner_id, number="6222020200998877665")
    assert again(rest, treasurer).payee_account == account


def test_it_may_fail_more_than_once(short, sandbox, treasurer):
    second = again(refused(short, sandbox), treasurer)
    sandbox.order_fault("reject")
    send()
    assert list(rests_to_pay_again()) == [second]
    with pytest.raises(MovedOn):
        again(short.whole, treasurer)
    assert again(short.rest, treasurer) == second
    arrives(again(second, treasurer), 2)
    assert short.whole.rests.count() == 3


def test_a_large_rest_waits_for_two_people_again(short, sandbox, treasurer):
    rest = refused(short, sandbox)
    Limits.objects.create(release_from_fen=10, payee_day_fen=10, day_fen=10, set_at=NOW)
    assert again(rest, treasurer).state == "held"


def test_what_is_on_its_way_is_not_paid_again(short, treasurer):
    with pytest.raises(MovedOn):
        again(short.rest, treasurer)


def test_a_rest_cannot_be_declined_for_what_was_paid_in_part_is_owed_whole(short, treasurer, signed_in):
    Order.objects.filter(pk=short.rest.pk).update(state="held")
    asked = {"kind": "decline", "order_id": short.rest.pk, "key": uuid4(), "reason": "waived", "now": NOW}
    with pytest.raises(MovedOn):
        propose_for_order(**asked, actor=treasurer)
    page = signed_in(treasurer).get(reverse("payments:order", args=[short.rest.pk]))
    assert [kind for kind, _ in page.context["form"].fields["kind"].choices] == ["release"]


def test_neither_others_nor_who_decided_it_pay_it_again(sandbox, treasurer, council):
    money_in_bank(10_000)
    whole = order(1_000)
    rest = order(10, caused_by=treasurer.pk, rest_of=whole.pk)
    with pytest.raises(NotAllowed):
        again(rest, council)
    with pytest.raises(CausedByYou):
        again(rest, treasurer)


def test_the_database_keeps_one_rest_on_its_way(short):
    another = Order.objects.get(pk=short.rest.pk)
    another.pk, another.key = None, uuid4()
    with pytest.raises(IntegrityError, match="order_one_rest"):
        another.save(force_insert=True)


def test_rests_asked_for_before_are_found_by_their_keys(short):
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        Order.objects.update(rest_of=None)
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(MIGRATION.FIND)
    assert dict(Order.objects.values_list("pk", "rest_of")) == {short.whole.pk: None, short.rest.pk: short.whole.pk}


def test_the_treasurer_sees_what_arrived_and_pays_the_rest_again(short, sandbox, signed_in, treasurer, make_user):
    page = signed_in(treasurer).get(short.whole.get_absolute_url()).content.decode()
    assert "Really arrived" in page
    assert "¥9.90" in page
    rest = refused(short, sandbox)
    press = reverse("payments:pay_again", args=[rest.pk])
    assert rest.get_absolute_url() in signed_in(treasurer).get(reverse("payments:differences")).content.decode()
    assert press in signed_in(treasurer).get(rest.get_absolute_url()).content.decode()
    said = signed_in(treasurer).post(press, follow=True).content.decode()
    assert "It is asked for again." in said
    assert short.whole.get_absolute_url() in said
    refusal = signed_in(treasurer).post(reverse("payments:pay_again", args=[short.whole.pk]), follow=True)
    assert "This has moved on" in refusal.content.decode()
    auditor = signed_in(make_user("auditor@example.com", Role.AUDITOR))
    assert press not in auditor.get(rest.get_absolute_url()).content.decode()
    assert auditor.post(press).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_pressed_from_two_sides_at_once_it_is_asked_for_once(short, sandbox, treasurer):
    rest = refused(short, sandbox)
    answers = at_once(lambda _: again(rest, treasurer).pk, times=4)
    assert len(set(answers)) == 1
    assert balance("in-transit") == 10
