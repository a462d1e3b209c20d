"""What is due goes to the bank once; whatever is not a clear answer is found out by asking, never by paying again."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections

from apps.fund.models import Freeze
from apps.fund.selectors import balance
from apps.payments import gateway
from apps.payments.models import Order
from apps.payments.rules.states import State
from apps.payments.services import (
    expire_leases,
    read_statement,
    record_accepted,
    resolve_unknown,
    send_due_payments,
    sending,
)
from apps.payments.services.asking import MOST_SILENCE
from apps.payments.services.sending import AFTER_FREEZE, AT_ONCE, MOST_ATTEMPTS, UNREADABLE
from apps.payments.tasks import read_statement as read_statement_task
from apps.payments.tasks import send_due
from apps.portal.freeze import open_gap
from tests.fund.factories import NOW, PLAN
from tests.payments.factories import order, payee
from tests.payments.fixtures import InProcessBank

pytestmark = pytest.mark.django_db


def send(limit=50):
    return send_due_payments(limit=limit, now=NOW)


def state(asked):
    asked.refresh_from_db()
    return asked.state


def sql(query, *values):
    with connection.cursor() as cursor:
        cursor.execute(query, values)


def make_due(asked):
    sql("UPDATE payments_order SET next_try_at = clock_timestamp() WHERE id = %s", asked.pk)


def test_what_is_due_is_sent_once(sandbox):
    asked = [order(100), order(200)]
    assert send() == 2
    assert send() == 0
    assert [state(one) for one in asked] == ["submitted", "submitted"]
    assert [sandbox.payments(one.key) for one in asked] == [1, 1]
    assert asked[0].gateway_reference.startswith("SB")


def test_no_more_than_the_limit_is_sent(sandbox):
    for _ in range(3):
        order()
    assert send(limit=2) == 2
    assert Order.objects.filter(state=State.REQUESTED).count() == 1


def test_the_tasks_send_and_settle(sandbox):
    asked = order(100)
    send_due()
    read_statement_task()
    assert state(asked) == "settled"


def test_a_changed_account_is_not_paid_before_its_time(sandbox):
    payee(7, now=NOW - timedelta(days=100))
    new = payee(7, "6222020200998877665", now=gateway_clock())
    asked = order(payee_account_id=new.pk)
    assert send() == 0
    assert state(asked) == "requested"
    sql("UPDATE payments_payeeaccount SET usable_from = clock_timestamp()")
    assert send() == 1


def gateway_clock():
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def test_a_clear_refusal_ends_it_and_the_debt_stands(sandbox):
    asked = order(100)
    sandbox.order_fault("reject")
    send()
    assert (state(asked), asked.reason) == ("failed", "account closed")
    assert balance(f"claims-payable:{PLAN}") == 100


@pytest.mark.parametrize(("fault", "times_paid"), [("500", 0), ("lost", 0), ("502-done", 1), ("garbage", 1)])
def test_an_unclear_answer_is_unknown_until_the_bank_is_asked(sandbox, fault, times_paid):
    asked = order(100)
    sandbox.order_fault(fault)
    send()
    assert state(asked) == "unknown"
    assert sandbox.payments(asked.key) == times_paid
    make_due(asked)
    assert resolve_unknown(limit=5, now=NOW) == 1
    assert state(asked) == "submitted"
    assert sandbox.payments(asked.key) == 1
    assert asked.attempt == (1 if times_paid else 2)


def test_an_inquiry_without_answer_waits_longer_each_time(sandbox):
    asked = order(100)
    sandbox.order_fault("500")
    send()
    sandbox.order_fault("500", on="inquire", times=2)
    waits = []
    for _ in range(2):
        make_due(asked)
        resolve_unknown(limit=1, now=NOW)
        assert state(asked) == "unknown"
        waits.append(asked.next_try_at - gateway_clock())
    assert waits[0] < waits[1] < timedelta(seconds=5)


def test_a_dead_worker_s_order_is_found_out_when_its_lease_is_over(sandbox, settings):
    settings.PAYMENT_LEASE_SECONDS = 0
    asked = order(100)
    sql(
        "UPDATE payments_order SET state = 'submitting', attempt = 1, first_sent_at = clock_timestamp(),"
        " lease_until = clock_timestamp() WHERE id = %s",
        asked.pk,
    )
    send()
    assert state(asked) == "submitted"
    assert asked.attempt == 2
    assert list(asked.events.order_by("id").values_list("after", flat=True)) == [
        *("requested", "submitting", "unknown", "submitting", "submitted")
    ]


def test_a_lease_still_running_is_left_alone(sandbox, settings):
    settings.PAYMENT_LEASE_SECONDS = 60
    asked = order(100)
    sql(
        "UPDATE payments_order SET state = 'submitting', attempt = 1,"
        " lease_until = clock_timestamp() + interval '1 min' WHERE id = %s",
        asked.pk,
    )
    assert expire_leases() == 0
    assert send() == 0


@pytest.mark.parametrize("case", ["key too old for the bank", "too many attempts", "account changed since"])
def test_what_may_not_be_sent_again_waits_for_a_person(sandbox, case):
    asked = order(100)
    sandbox.order_fault("500")
    send()
    if case == "too many attempts":
        sql("UPDATE payments_order SET attempt = %s", MOST_ATTEMPTS)
    elif case == "account changed since":
        payee(asked.payee_account.owner_id, "6222020200998877665")
    else:
        sql("SET session_replication_role = replica")
        sql("UPDATE payments_order SET first_sent_at = first_sent_at - interval '23 hours 1 minute'")
        sql("SET session_replication_role = DEFAULT")
    make_due(asked)
    resolve_unknown(limit=5, now=NOW)
    assert list(Order.objects.waiting_for_a_person()) == [asked]
    assert sandbox.payments(asked.key) == 0
    assert resolve_unknown(limit=5, now=NOW) == 0


def test_the_freeze_leaves_an_unknown_payment_to_be_sent_after_it(sandbox):
    asked = order(100)
    sandbox.order_fault("500")
    send()
    frozen = Freeze.objects.create(reason="Restored", began_at=NOW, gap_from=NOW)
    make_due(asked)
    assert resolve_unknown(limit=5, now=NOW) == 1
    assert (state(asked), asked.reason, sandbox.payments(asked.key)) == ("unknown", AFTER_FREEZE, 0)
    assert asked.next_try_at is not None
    assert not Order.objects.waiting_for_a_person().exists()
    assert open_gap().unknown == 0
    Freeze.objects.filter(pk=frozen.pk).delete()
    make_due(asked)
    send()
    assert (state(asked), asked.reason, sandbox.payments(asked.key)) == ("submitted", "", 1)


def test_a_silent_bank_ends_the_run(sandbox):
    for _ in range(AT_ONCE + 2):
        order()
    sandbox.order_fault("500", times=99)
    assert send() == AT_ONCE >= MOST_SILENCE
    assert Order.objects.filter(state=State.REQUESTED).count() == 2


def test_the_answers_of_a_group_are_each_recorded(sandbox):
    asked = [order(fen) for fen in (101, 102, 103, 104)]
    sandbox.order_fault("reject", amount_fen=102)
    sandbox.order_fault("500", amount_fen=103)
    assert send() == 4
    assert [state(one) for one in asked] == ["submitted", "failed", "unknown", "submitted"]
    assert [sandbox.payments(one.key) for one in asked] == [1, 0, 0, 1]


def test_an_account_that_cannot_be_read_stops_no_other_order(sandbox):
    spoiled, other = payee(number="6222020200998877665"), order(100)
    asked = order(100, payee_account_id=spoiled.pk)
    sql("UPDATE payments_payeeaccount SET number = 'gone:AAAA' WHERE id = %s", spoiled.pk)
    assert send() == 2
    assert [state(asked), state(other)] == ["unknown", "submitted"]
    assert (asked.reason, asked.next_try_at) == (UNREADABLE, None)
    assert sandbox.payments(asked.key) == 0


class Broken(InProcessBank):
    """Breaks at one amount in a way nobody thought of."""

    def submit(self, instruction):
        if instruction.amount_fen == 666:
            raise ZeroDivisionError
        return super().submit(instruction)


def test_what_nobody_thought_of_is_no_clear_answer(sandbox, settings):
    settings.PAYMENT_GATEWAY = f"{__name__}.Broken"
    gateway.bank.cache_clear()
    asked = [order(666), order(100)]
    assert send() == 2
    assert [state(one) for one in asked] == ["unknown", "submitted"]


class Waiting(InProcessBank):
    """Answers for one amount only when another order's answer stands in the database."""

    first = threading.Event()

    def submit(self, instruction):
        if instruction.amount_fen == 777:
            assert self.first.wait(20)
        return super().submit(instruction)


def test_an_answer_is_recorded_while_others_are_still_waited_for(sandbox, settings, monkeypatch):
    settings.PAYMENT_GATEWAY = f"{__name__}.Waiting"
    gateway.bank.cache_clear()
    recorded = []

    def note(**values):
        recorded.append(values["order_id"])
        Waiting.first.set()
        return record_accepted(**values)

    monkeypatch.setattr(sending, "record_accepted", note)
    slow, quick = order(777), order(100)
    assert send() == 2
    assert recorded == [quick.pk, slow.pk]


@pytest.mark.parametrize("seconds", [sending.MOST_SECONDS, 0.0])
def test_a_run_that_leaves_work_behind_rings_again(sandbox, monkeypatch, django_capture_on_commit_callbacks, seconds):
    """Because it reached its limit, or because its time was over."""
    monkeypatch.setattr(sending, "MOST_SECONDS", seconds)
    monkeypatch.setattr("apps.payments.tasks.BATCH", 2)
    for _ in range(3):
        order()
    with django_capture_on_commit_callbacks() as rings:
        send_due()
    assert len(rings) == 1
    monkeypatch.undo()
    send()
    with django_capture_on_commit_callbacks() as rings:
        send_due()
    assert rings == []


def test_a_bank_that_is_not_there_leaves_everything_to_ask_about(dead_bank):
    asked = order(100)
    send()
    assert state(asked) == "unknown"


class Probe(InProcessBank):
    """Notes whether it was ever called while the one who sends was inside a transaction; the calls are in threads."""

    seen: list[bool] = []
    senders: list = []

    def _ask(self, *args, **kwargs):
        self.seen += [sender.in_atomic_block for sender in self.senders]
        return super()._ask(*args, **kwargs)


@pytest.mark.django_db(transaction=True)
def test_the_bank_is_never_called_inside_a_transaction(sandbox, settings):
    settings.PAYMENT_GATEWAY = f"{__name__}.Probe"
    gateway.bank.cache_clear()
    Probe.senders.append(connections["default"])
    asked = order(100)
    sandbox.order_fault("502-done")
    send()
    make_due(asked)
    send()
    read_statement(now=NOW)
    assert state(asked) == "settled"
    assert Probe.seen == [False, False, False]
