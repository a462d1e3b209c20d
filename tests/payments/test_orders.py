"""A payment is asked for once, with its money reserved; the database holds its legal steps and its amount."""

from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from apps.core.errors import DomainError
from apps.fund.errors import Overdrawn
from apps.fund.selectors import balance, entries_of
from apps.payments.errors import PaymentKeyReused
from apps.payments.models import Checkout, Order, OrderEvent, StatementLine
from apps.payments.rules.states import LEGAL, State
from apps.payments.selectors import order_of, orders_of
from apps.payments.services import record_accepted, record_failed, record_unsure
from tests.fund.factories import NOW, PLAN, money_in_bank
from tests.payments.factories import checkout, order, payee

pytestmark = pytest.mark.django_db
PAYABLE = f"claims-payable:{PLAN}"


def test_asking_reserves_what_is_owed():
    asked = order(500)
    assert (balance(PAYABLE), balance("in-transit")) == (0, 500)
    assert [entry.kind for entry in entries_of("payments.order", asked.pk)] == ["payment-requested"]
    assert order_of("claims.claim", asked.source_id) == asked
    assert orders_of("claims.claim", [asked.source_id, 0]) == {asked.source_id: [asked]}


def test_a_refund_comes_from_contributions_in_advance():
    money_in_bank(900)
    refund = order(300, owed=False, purpose="refund", owed_account=f"contributions-in-advance:{PLAN}")
    assert balance(f"contributions-in-advance:{PLAN}") == 600
    assert entries_of("payments.order", refund.pk)[0].kind == "contribution-refund-requested"


def test_asked_twice_it_is_one_payment():
    first = order(500, key="claim:1:1", source=("claims.claim", 1))
    again = order(500, owed=False, key="claim:1:1", source=("claims.claim", 1))
    assert again == first
    assert balance("in-transit") == 500


@pytest.mark.parametrize("changes", [{"fen": 501}, {"source": ("claims.claim", 2)}, {"purpose": "reward"}], ids=str)
def test_the_same_key_for_another_payment_is_refused(changes):
    order(500, key="claim:1:1", source=("claims.claim", 1))
    with pytest.raises(PaymentKeyReused):
        order(**{"fen": 500, "owed": False, "key": "claim:1:1", "source": ("claims.claim", 1), **changes})
    assert Order.objects.count() == 1


def test_more_than_is_owed_cannot_be_paid():
    order(500)
    with pytest.raises(Overdrawn) as refused, transaction.atomic():
        order(1, owed=False)
    assert isinstance(refused.value, DomainError)
    assert Order.objects.count() == 1


def put(asked, state):
    """Bring an order to a state past the guard, as only the tests' superuser can."""
    dates = "settled_date = '2026-11-24'" if state in ("settled", "returned") else "settled_date = NULL"
    lease = "lease_until = now()" if state == "submitting" else "lease_until = NULL"
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        held = "held_until = '2026-11-24'" if state == "held" else "held_until = NULL"
        cursor.execute(
            f"UPDATE payments_order SET state = %s, {dates}, {lease}, {held} WHERE id = %s", [state, asked.pk]
        )
        cursor.execute("SET session_replication_role = DEFAULT")


def move(asked, state):
    dates = "settled_date = '2026-11-24'" if state in ("settled", "returned") else "settled_date = NULL"
    lease = "lease_until = now()" if state == "submitting" else "lease_until = NULL"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE payments_order SET state = %s, {dates}, {lease} WHERE id = %s", [state, asked.pk])


@pytest.mark.parametrize("before", State)
def test_the_database_lets_only_legal_steps_through(before):
    asked = order()
    for after in State:
        put(asked, before)
        if after == before or after in LEGAL[before]:
            move(asked, after)
        else:
            with pytest.raises(DatabaseError, match=f"does not go from {before} to {after}"):
                move(asked, after)
    assert order_of("claims.claim", asked.source_id) == asked


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE payments_order SET amount_fen = amount_fen + 1",
        "UPDATE payments_order SET key = gen_random_uuid()",
        "UPDATE payments_order SET owed_account = 'surplus'",
        "UPDATE payments_order SET payee_account_id = payee_account_id + 1",
        "UPDATE payments_order SET attempt = -1",
        "DELETE FROM payments_order",
        "TRUNCATE payments_order CASCADE",
        "UPDATE payments_orderevent SET after = 'settled'",
        "DELETE FROM payments_orderevent",
    ],
)
def test_an_order_never_becomes_another_payment(attack):
    asked = order(500)
    connection.check_constraints()
    refused = pytest.raises(DatabaseError, match=r"never changes|not undone|append-only")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(attack)
    asked.refresh_from_db()
    assert (asked.amount_fen, asked.state) == (500, "requested")


def born(**changes):
    values = {"source_id": 1, "payee_account": payee(), "requested_at": NOW, "state_at": NOW, "amount_fen": 5}
    return Order.objects.create(key=uuid4(), **{**values, **changes})


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"amount_fen": 0}, "order_amount_positive"),
        ({"amount_fen": -5}, "order_amount_positive"),
        ({"state": "settled"}, "starts as requested"),
        ({"lease_until": NOW}, "order_lease_while_sending"),
        ({"settled_date": NOW.date()}, "order_settled_has_date"),
    ],
    ids=str,
)
def test_constraints_of_orders(changes, reason):
    with pytest.raises(DatabaseError, match=reason), transaction.atomic():
        born(**changes)
    assert Order.objects.count() == 0


def test_an_order_has_one_key():
    asked = order()
    with pytest.raises(IntegrityError, match="key"), transaction.atomic():
        Order.objects.create(
            key=asked.key, source_id=1, payee_account=payee(), requested_at=NOW, state_at=NOW, amount_fen=5
        )
    assert Order.objects.count() == 1


@pytest.mark.parametrize(
    ("model", "changes", "name"),
    [
        (Checkout, {"amount_fen": 0}, "checkout_amount_positive"),
        (Checkout, {"state": "paid"}, "checkout_paid_has_time"),
        (StatementLine, {"amount_fen": 0}, "line_amount_positive"),
        (StatementLine, {"state": "matched"}, "line_matched_to_one"),
    ],
)
def test_constraints_of_checkouts_and_lines(model, changes, name):
    values = {
        Checkout: {"key": uuid4(), "source_id": 1, "created_at": NOW, "amount_fen": 5},
        StatementLine: {
            "number": 1,
            "kind": "paid",
            "bank_date": NOW.date(),
            "read_at": NOW,
            "state": "waiting",
            "amount_fen": 5,
        },
    }
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        model.objects.create(**{**values[model], **changes})
    assert checkout().amount_fen > 0


def sending(attempt=1):
    asked = order(500)
    put(asked, "submitting")
    Order.objects.filter(pk=asked.pk).update(attempt=attempt)
    return asked


def test_every_step_is_written_down_by_the_database():
    asked = sending()
    record_unsure(order_id=asked.pk, attempt=1, reason="timeout")
    record_accepted(order_id=asked.pk, attempt=1, reference="SB1")
    steps = OrderEvent.objects.filter(order=asked).order_by("id")
    assert list(steps.values_list("before", "after", "reason")) == [
        ("", "requested", ""),
        ("submitting", "unknown", "timeout"),
        ("unknown", "submitted", ""),
    ]
    assert str(steps[1]) == "submitting -> unknown"


def test_a_late_worker_is_fenced():
    asked = sending(attempt=2)
    assert not record_accepted(order_id=asked.pk, attempt=1, reference="late")
    assert not record_unsure(order_id=asked.pk, attempt=1, reason="late")
    assert not record_failed(order_id=asked.pk, attempt=1, reason="late", day=NOW.date(), now=NOW)
    asked.refresh_from_db()
    assert (asked.state, asked.gateway_reference) == ("submitting", "")


def test_a_refusal_leaves_the_debt_standing():
    asked = sending()
    assert record_failed(order_id=asked.pk, attempt=1, reason="account closed", day=NOW.date(), now=NOW)
    assert not record_failed(order_id=asked.pk, reason="again", day=NOW.date(), now=NOW)
    assert (balance(PAYABLE), balance("in-transit")) == (500, 0)
