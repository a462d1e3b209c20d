"""What the database itself refuses about agreements, rosters, places and invoices."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from apps.enrolments.models import Agreement, Invoice, InvoicePayment, Place, Roster, RosterBlock, RosterRow
from apps.enrolments.services import accept_place, make_invoice
from tests.conftest import NOW
from tests.enrolments.groups import as_csv, checked, county, enrolled, make_agreement, make_worker, people
from tests.enrolments.test_places import offered, paid

pytestmark = pytest.mark.django_db


def refused(rows, name, **changes):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        rows.update(**changes)


def test_an_agreement_pays_something_for_some_time_as_somebody():
    make_agreement()
    rows = Agreement.objects.all()
    refused(rows, "agreement_pays_something", group_fen=0)
    refused(rows, "agreement_ends_after_it_starts", until=NOW.date() - timedelta(days=1))
    refused(rows, "agreement_payer_known", payer_label="self")


def test_a_roster_needs_a_second_person_and_a_reason_to_be_refused():
    roster = checked(make_agreement(), as_csv(people(1)))
    rows = Roster.objects.filter(pk=roster.pk)
    refused(rows, "roster_confirmed_by_a_second_person", confirmed_by=roster.uploaded_by)
    refused(rows, "roster_enrolled_only_when_confirmed", state="confirmed")
    refused(rows, "roster_enrolled_only_when_confirmed", state="done")
    refused(rows, "roster_refused_says_why", state="refused")


def test_a_file_is_one_roster_a_row_one_person_and_a_block_one_block():
    roster = checked(make_agreement(), as_csv(people(2)))
    refused(RosterRow.objects.all(), "roster_verdict_known", verdict="perhaps")
    with pytest.raises(IntegrityError, match="one_block_a_number"), transaction.atomic():
        RosterBlock.objects.create(roster=roster, number=0, sealed_rows=b"x", has_faults=False)
    with pytest.raises(IntegrityError, match="one_roster_a_file"), transaction.atomic():
        Roster.objects.create(
            **{
                field.attname: getattr(roster, field.attname)
                for field in Roster._meta.fields
                if field.name not in ("id", "key")
            },
            key="6f1c4a34-6a55-4d0b-9f62-2f5d1d3b8f11",
        )


def test_a_place_is_taken_with_a_cover_only_and_offered_once():
    place = offered()
    rows = Place.objects.filter(pk=place.pk)
    refused(rows, "place_taken_has_a_cover", state="taken")
    refused(rows, "place_amounts", group_fen=0)
    refused(rows, "place_amounts", member_fen=-1)
    refused(rows, "place_ends_after_it_starts", end=place.start)
    accept_place(place_id=place.pk, actor=place.person.user, now=NOW)
    refused(rows, "place_taken_has_a_cover", state="refused")
    again = Place.objects.get(pk=place.pk)
    again.pk, again.cover, again.state = None, None, "offered"
    again.save(force_insert=True)
    again.pk = None
    with pytest.raises(IntegrityError, match="one_open_offer"), transaction.atomic():
        again.save(force_insert=True)


def test_an_invoice_is_above_zero_paid_on_a_day_and_open_once():
    agreement = county()
    enrolled(agreement, as_csv(people(1)))
    invoice = make_invoice(agreement_id=agreement.pk, actor=make_worker(agreement.organisation), now=NOW)
    rows = Invoice.objects.all()
    refused(rows, "invoice_above_zero", amount_fen=0)
    refused(rows, "invoice_paid_has_a_day", state="paid")
    invoice.pk = None
    with pytest.raises(IntegrityError, match="one_open_invoice"), transaction.atomic():
        invoice.save(force_insert=True)


def test_a_payment_of_an_invoice_is_taken_in_once_and_stays():
    agreement = county()
    enrolled(agreement, as_csv(people(1)))
    payment = paid(agreement).payments.get()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        InvoicePayment.objects.update(excess_fen=1)
    payment.pk = None
    with pytest.raises(IntegrityError, match="checkout_id"), transaction.atomic():
        payment.save(force_insert=True)
    payment.excess_fen = payment.amount_fen + 1
    with pytest.raises(IntegrityError, match="invoice_payment_amounts"), transaction.atomic():
        payment.save(force_insert=True)
