"""The file for days without a line to the bank: taken once, sent by nobody else, settled by a statement from a file."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from apps.accounts.models import Role
from apps.audit.models import Event
from apps.core.errors import NotAllowed
from apps.fund.models import Freeze
from apps.payments.errors import BatchDiffers, NothingToSend, PaymentsFrozen, StatementRefused
from apps.payments.models import StatementFile, StatementLine
from apps.payments.sandbox.service import Service
from apps.payments.services import (
    batch_file,
    bring_statement,
    expire_leases,
    make_batch,
    read_statement,
    resolve_unknown,
    send_due_payments,
)
from tests.fund.factories import NOW, money_in_bank
from tests.payments.factories import order, payee

pytestmark = pytest.mark.django_db


@pytest.fixture
def treasurer(make_user):
    return make_user("treasurer@example.com", Role.TREASURER)


def made(treasurer, key=None):
    return make_batch(actor=treasurer, key=key or uuid4(), now=NOW)


def content(batch, treasurer):
    return batch_file(batch=batch, actor=treasurer, now=NOW)


def state(asked):
    asked.refresh_from_db()
    return asked.state


def call(sandbox, method, path, body=b""):
    """The bank's own service, asked as over HTTP."""
    import httpx

    with httpx.Client(transport=httpx.WSGITransport(app=Service(sandbox.store)), base_url="http://bank.test") as client:
        return client.request(method, path, content=body)


def test_what_waits_goes_into_one_file_and_nobody_else_sends_it(sandbox, treasurer):
    asked, large = order(100), order(5_000_000)
    batch = made(treasurer)
    assert (state(asked), asked.batch, asked.attempt) == ("submitting", batch, 1)
    assert state(large) == "held"
    assert send_due_payments(limit=50, now=NOW) == 0
    assert expire_leases() == 0
    assert sandbox.payments(asked.key) == 0
    with pytest.raises(NothingToSend):
        made(treasurer)


def test_an_order_by_file_is_never_asked_about_even_when_unknown(sandbox, treasurer):
    asked = order(100)
    made(treasurer)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE payments_order SET state = 'unknown', lease_until = NULL, next_try_at = now()")
    assert resolve_unknown(limit=5, now=NOW) == 0
    assert (state(asked), asked.may_be_given_up) == ("unknown", True)


def test_the_same_bytes_at_each_download_and_each_is_noted(sandbox, treasurer):
    order(100)
    order(250)
    key = uuid4()
    batch = made(treasurer, key)
    assert made(treasurer, key) == batch
    first = content(batch, treasurer)
    assert content(batch, treasurer) == first
    assert b'"2.50","CNY"' in first
    assert Event.objects.filter(action="payments.batch-read").count() == 2


def test_a_file_that_would_differ_is_not_given(sandbox, treasurer):
    asked = order(100)
    batch = made(treasurer)
    type(asked.payee_account).objects.update(holder_name="Somebody Else")
    with pytest.raises(BatchDiffers):
        content(batch, treasurer)


def test_only_a_treasurer_makes_and_reads_it(sandbox, treasurer, make_user):
    order(100)
    batch = made(treasurer)
    auditor = make_user("auditor@example.com", Role.AUDITOR)
    for look in (lambda: made(auditor), lambda: content(batch, auditor)):
        with pytest.raises(NotAllowed):
            look()
    with pytest.raises(NotAllowed):
        bring_statement(content=b"", name="x", actor=auditor, now=NOW)


def test_while_frozen_no_file_is_made_or_given(sandbox, treasurer):
    order(100)
    batch = made(treasurer)
    waiting = order(100)
    Freeze.objects.create(reason="Restored", began_at=NOW, gap_from=NOW)
    for look in (lambda: made(treasurer), lambda: content(batch, treasurer)):
        with pytest.raises(PaymentsFrozen):
            look()
    assert state(waiting) == "requested"


def test_the_database_keeps_an_order_in_its_batch(sandbox, treasurer):
    order(100)
    made(treasurer)
    with pytest.raises(DatabaseError, match="not undone"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE payments_order SET batch_id = NULL")


def bring(data, treasurer, name="statement"):
    return bring_statement(content=data, name=name, actor=treasurer, now=NOW)


@pytest.mark.parametrize("kind", ["csv", "xml"])
def test_the_bank_takes_the_file_and_its_statement_as_a_file_settles_it(sandbox, treasurer, kind):
    money_in_bank()
    asked = [order(100), order(250, payee_account_id=payee(number="6222020200998877665").pk)]
    file = content(made(treasurer), treasurer)
    assert [call(sandbox, "POST", "/batches", file).json() for _ in range(2)] == [{"taken": 2}] * 2
    assert [sandbox.payments(one.key) for one in asked] == [1, 1]
    statement = call(sandbox, "GET", f"/statement.{kind}").content
    brought, was_known = bring(statement, treasurer)
    assert (brought.lines, brought.fresh, was_known) == (2, 2, False)
    assert [state(one) for one in asked] == ["settled", "settled"]
    assert bring(statement, treasurer, "again") == (brought, True)
    assert StatementLine.objects.count() == 2


def test_windows_may_overlap_each_other_and_the_line(sandbox, treasurer):
    for _ in range(2):
        order(100)
        send_due_payments(limit=50, now=NOW)
        bring(call(sandbox, "GET", "/statement.csv").content, treasurer)
    third = order(300)
    send_due_payments(limit=50, now=NOW)
    read_statement(now=NOW)
    last, _ = bring(call(sandbox, "GET", "/statement.xml").content, treasurer)
    assert state(third) == "settled"
    assert list(StatementFile.objects.order_by("id").values_list("lines", "fresh")) == [(1, 1), (2, 1), (3, 0)]
    assert last.kind == "camt.053"
    assert StatementLine.objects.filter(state="matched").count() == 3


def test_a_known_line_with_other_content_refuses_the_whole_file(sandbox, treasurer):
    order(100)
    send_due_payments(limit=50, now=NOW)
    statement = call(sandbox, "GET", "/statement.csv").content
    bring(statement, treasurer)
    with pytest.raises(StatementRefused) as refused:
        bring(statement.replace(b",1.00,", b",1.01,"), treasurer)
    assert [row for row, _ in refused.value.problems] == ["2"]
    assert StatementFile.objects.count() == 1


def test_one_bad_row_takes_nothing(sandbox, treasurer):
    order(100)
    order(200)
    send_due_payments(limit=50, now=NOW)
    statement = call(sandbox, "GET", "/statement.csv").content.replace(b",2.00,", b",-2.00,")
    with pytest.raises(StatementRefused) as refused:
        bring(statement, treasurer)
    assert len(refused.value.problems) == 1
    assert not StatementLine.objects.exists()


@pytest.mark.parametrize("data", [b"hello", b"<x/>", b" " * (20 * 1024 * 1024 + 1)], ids=["text", "xml", "large"])
def test_what_is_no_statement_is_refused(treasurer, data):
    with pytest.raises(StatementRefused):
        bring(data, treasurer)


def test_a_line_nobody_knows_is_kept_apart(sandbox, treasurer):
    money_in_bank()
    own = call(sandbox, "GET", "/statement.csv").content.decode("utf-8-sig")
    line = f"77,{(NOW + timedelta(days=1)).date()},paid,9.90,622,unknown,X,6217000010001234567\r\n"
    brought, _ = bring((own + line).encode(), treasurer)
    assert brought.fresh == 1
    assert StatementLine.objects.get().state == "quarantine"
