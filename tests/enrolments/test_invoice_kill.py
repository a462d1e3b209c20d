"""A worker really killed while it takes in the payment of an invoice: nothing is lost and nothing is booked twice."""

import os
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Sum

from apps.enrolments.models import Contribution, Invoice, InvoicePayment, Receipt
from apps.enrolments.services import make_invoice, settle_invoices, start_invoice_payment
from apps.fund.selectors import balance, ledger_is_balanced
from apps.payments.models import Checkout
from tests.conftest import NOW
from tests.enrolments.groups import as_csv, county, enrolled, make_worker, people
from tests.payments.processes import ROOT

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
SIZE = 300
WORK = """
import django; django.setup()
import time
from datetime import datetime
from apps.enrolments.services import invoices
def stop(*_args):
    print("parts are paid", flush=True)
    time.sleep(60)
invoices._book = stop
invoices.settle_invoices(now=datetime.fromisoformat({now!r}))
"""


def worker_in_the_middle() -> subprocess.Popen:
    """Another process that has paid every contribution of the invoice, and neither booked nor committed it."""
    base = os.environ["DATABASE_URL"].rpartition("/")[0]
    environment = {**os.environ, "DATABASE_URL": f"{base}/{connection.settings_dict['NAME']}"}
    code = WORK.format(now=NOW.isoformat())
    worker = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert worker.stdout.readline() == "parts are paid\n"
    return worker


def test_a_worker_killed_while_it_takes_in_an_invoice_loses_and_doubles_nothing():
    agreement = county()
    enrolled(agreement, as_csv(people(SIZE)))
    actor = make_worker(agreement.organisation)
    invoice = make_invoice(agreement_id=agreement.pk, actor=actor, now=NOW)
    page = start_invoice_payment(invoice_id=invoice.pk, actor=actor, return_url="/", now=NOW)
    Checkout.objects.filter(pk=page.pk).update(state="paid", paid_at=NOW)
    worker = worker_in_the_middle()
    try:
        assert settle_invoices(now=NOW) == 0, "somebody is at it: nobody waits for its lock"
    finally:
        worker.kill()
        worker.wait(10)
        worker.stdout.close()
    assert not Receipt.objects.exists()
    assert set(Contribution.objects.values_list("state", flat=True)) == {"due"}
    deadline = time.monotonic() + 20
    while not settle_invoices(now=NOW + timedelta(seconds=5)):  # until the server has noticed
        assert time.monotonic() < deadline
    assert settle_invoices(now=NOW) == 0
    assert Receipt.objects.aggregate(fen=Sum("amount_fen"))["fen"] == invoice.amount_fen == SIZE * 33_00
    assert Receipt.objects.values("contribution").distinct().count() == Receipt.objects.count() == SIZE
    assert set(Contribution.objects.values_list("state", "received_fen")) == {("paid", 33_00)}
    assert (Invoice.objects.get().state, InvoicePayment.objects.get().excess_fen) == ("paid", 0)
    assert balance("contributions-in-advance:county-assist") == balance("bank-clearing") == invoice.amount_fen
    assert ledger_is_balanced()
    with connection.cursor() as cursor:
        cursor.execute("SELECT state, count(*) FROM enrolments_contributionevent GROUP BY state")
        assert cursor.fetchall() == [("due", SIZE)], "the history keeps what was there before, once"
