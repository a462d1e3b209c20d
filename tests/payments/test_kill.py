"""A worker killed between sending to the bank and writing down the answer pays nothing twice and loses nothing.

Real processes: a Celery worker on the embedded queue, the sandbox bank as a service.  The bank takes each payment and
holds its answer back; meanwhile the worker is killed.
"""

import pytest
from celery import current_app
from kombu import Connection

from apps.fund.selectors import balance, ledger_is_balanced
from apps.payments import gateway
from apps.payments.models import LineState, Order, StatementLine
from apps.payments.rules.states import State
from apps.payments.services import read_statement
from tests.fund.factories import NOW, PLAN, money_in_bank
from tests.payments.factories import order, payee
from tests.payments.processes import BankProcess, Workers, install_queue, queue_conninfo, wait_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
HOLD_SECONDS = 60
FEN = 12_345


@pytest.fixture
def bank(tmp_path, settings):
    bank = BankProcess(tmp_path)
    settings.SANDBOX_URL = bank.url
    gateway.bank.cache_clear()
    yield bank
    gateway.bank.cache_clear()
    bank.stop()


@pytest.fixture
def ring():
    """Send a task to the embedded queue, as the portal does on commit and the clock does every few seconds."""
    install_queue()
    options = {"conn_string": queue_conninfo(), "init_extension": False, "pool_timeout": 2}
    with Connection("pgmq://localhost", transport_options=options) as queue:
        yield lambda task: current_app.send_task(task, connection=queue)


@pytest.fixture
def workers(bank, tmp_path):
    workers = Workers(bank.url, tmp_path / "workers.log")
    yield workers
    workers.stop()


SENDING, ALL = ("payments.send_due",), ("payments.send_due", "payments.read_statement")


def wait_while_ringing(ring, condition, what, tasks=ALL):
    """Wait, and ring every three seconds as the clock does: a ring that a dead worker swallowed costs only time."""
    looks = iter(range(10_000))

    def look():
        if next(looks) % 30 == 0:
            for task in tasks:
                ring(task)
        return condition()

    wait_for(look, 90, what, every=0.1)


def kill_in_mid_submit(bank, ring, workers, tasks=ALL):
    """Let the bank take a payment and hold its answer, and kill the worker that waits for it."""
    bank.order_fault(action="late", seconds=HOLD_SECONDS)
    before = len(bank.payments())
    workers.start()
    wait_while_ringing(ring, lambda: len(bank.payments()) > before, "the bank to hear of a payment", tasks)
    workers.kill()


def finish(ring, workers):
    """A worker that is left alone brings everything to an end."""
    workers.start()
    unsettled = Order.objects.exclude(state=State.SETTLED)
    wait_while_ringing(ring, lambda: not unsettled.exists(), "all payments to settle")
    workers.kill()


def test_twenty_kills_in_mid_submit_pay_each_claim_once(bank, ring, workers):
    money_in_bank(1_000_000)
    account, caught = payee(), 0
    for _ in range(20):
        asked = order(FEN, payee_account_id=account.pk)
        kill_in_mid_submit(bank, ring, workers)
        asked.refresh_from_db()
        caught += asked.state == State.SUBMITTING
    finish(ring, workers)

    paid = [payment["key"] for payment in bank.payments()]
    print(f"20 kills, {caught} of them in mid-submit; {len(paid)} payments at the bank for {len(set(paid))} claims")
    assert caught == 20
    assert sorted(paid) == sorted(str(key) for key in Order.objects.values_list("key", flat=True))
    assert len(paid) == len(set(paid)) == 20
    assert balance("bank") == 1_000_000 - 20 * FEN
    assert balance("in-transit") == balance(f"claims-payable:{PLAN}") == balance("suspense") == 0
    assert ledger_is_balanced()


def test_negative_control_a_bank_that_ignores_the_key_pays_twice_and_it_shows(bank, ring, workers):
    """The same kill against a bank without keys must fail, or the test above proves nothing.

    The statement is not read meanwhile: it would settle the payment before it is sent again.
    """
    bank.order_fault(ignore_keys=True)
    money_in_bank(1_000_000)
    asked = order(FEN)
    kill_in_mid_submit(bank, ring, workers, SENDING)
    workers.start()
    wait_while_ringing(ring, lambda: len(bank.payments()) == 2, "the second payment", SENDING)
    workers.kill()
    finish(ring, workers)
    read_statement(now=NOW)

    assert [payment["key"] for payment in bank.payments()] == [str(asked.key)] * 2
    assert StatementLine.objects.filter(state=LineState.QUARANTINE).count() == 1
    assert balance("bank") == 1_000_000 - 2 * FEN
    assert balance("suspense") == -FEN
    assert ledger_is_balanced()
