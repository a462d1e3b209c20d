"""A place is answered by the member, turned into a cover, and paid for by the group and the member."""

from copy import deepcopy
from datetime import timedelta
from importlib import import_module
from uuid import uuid4

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection
from django.urls import reverse

from apps.accounts.models import Role
from apps.core.errors import NotAllowed
from apps.enrolments import tasks
from apps.enrolments.errors import ConsentsMissing, NothingDue, PlaceChanged, PlaceGone, PlaceTooLate, SecondCover
from apps.enrolments.models import Agreement, Contribution, Cover, Invoice, Place, Receipt, Refund
from apps.enrolments.selectors import due_of, figures_of, offers_to, owed_parts, refunds_without_account
from apps.enrolments.services import (
    accept_place,
    expire_unpaid,
    invoices,
    lapse_places,
    leave_cover,
    make_invoice,
    pay_refunds,
    receive_contribution,
    refuse_place,
    remind_unpaid,
    settle_invoices,
    start_invoice_payment,
    start_payment,
)
from apps.enrolments.services.recording import Changes
from apps.fund.selectors import balances, ledger_is_balanced
from apps.governance.selectors import PAYEE
from apps.payments.models import Checkout, Order
from apps.payments.services import name_payee_account
from apps.payments.what_for import what_for
from apps.plans.files import PlanFile, catalogue_files
from apps.plans.rules import load_terms
from apps.plans.services import publish_terms
from apps.reminders.models import Message
from tests.conftest import NOW
from tests.enrolments.groups import as_csv, county, enrolled, make_agreement, make_worker, people
from tests.enrolments.test_rosters import family_of
from tests.members.factories import make_parent, sign_all

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def offered(agreement=None, *, is_signed=True) -> Place:
    """An offer to a member who has an account."""
    member = family_of(people(1)[0])
    if is_signed:
        sign_all(member)
    enrolled(agreement or make_agreement(), as_csv(people(1)))
    return Place.objects.get(person=member)


def test_the_member_is_told_and_finds_the_offer_at_home():
    place = offered()
    assert list(offers_to(place.person.user, on=TODAY)) == [place]
    assert Message.objects.filter(recipient=place.person.user, kind="place-offered").exists()


def test_yes_starts_the_cover_and_the_group_owes_its_part():
    place = offered()
    taken = accept_place(place_id=place.pk, actor=place.person.user, now=NOW)
    assert (taken.state, taken.cover.state, taken.cover.price_fen) == ("taken", "active", 72_00)
    assert taken.cover.application.facts == {"occupation": "courier"}
    assert [part.payer_label for part in taken.cover.contributions.all()] == ["union"]
    assert accept_place(place_id=place.pk, actor=place.person.user, now=NOW) == taken
    assert Cover.objects.count() == 1
    with pytest.raises(PlaceGone):
        refuse_place(place_id=place.pk, actor=place.person.user, now=NOW)


def test_a_family_sees_who_pays_and_no_receipt_for_money_of_the_group(client):
    agreement = county()
    member = family_of(people(1)[0])
    enrolled(agreement, as_csv(people(1)))
    paid(agreement)
    cover = Cover.objects.get(person=member)
    client.force_login(member.user)
    page = client.get(reverse("enrolments:cover", args=[cover.pk])).content.decode()
    assert "pays ¥33.00 of it" in page
    receipt = Receipt.objects.get()
    assert receipt.number not in page
    assert client.get(reverse("enrolments:receipt", args=[receipt.pk])).status_code == 404


def test_where_the_group_pays_a_part_the_cover_starts_when_the_member_has_paid_the_rest():
    place = offered(make_agreement(group_fen=50_00))
    cover = accept_place(place_id=place.pk, actor=place.person.user, now=NOW).cover
    assert cover.state == "unpaid"
    own = due_of(cover)
    with pytest.raises(NothingDue):  # the union's part is not for the member to pay
        start_payment(
            contribution_id=cover.contributions.get(payer_label="union").pk,
            actor=place.person.user,
            return_url="/",
            now=NOW,
        )
    assert (own.payer_label, own.amount_fen) == ("self", 22_00)
    later = NOW + timedelta(days=2)
    receive_contribution(contribution_id=own.pk, paid_date=later.date(), now=later)
    cover.refresh_from_db()
    assert (cover.state, cover.start) == ("active", later.date())
    assert due_of(cover) is None
    assert owed_parts().get().cover == cover


def test_a_member_who_does_not_pay_the_rest_is_reminded_of_it_alone_and_then_not_covered():
    place = offered(make_agreement(group_fen=50_00))
    cover = accept_place(place_id=place.pk, actor=place.person.user, now=NOW).cover
    assert remind_unpaid(now=NOW + timedelta(days=12)) == 1
    assert Message.objects.filter(kind="contribution-due", channel="in-app").count() == 1
    expire_unpaid(now=NOW + timedelta(days=20))
    cover.refresh_from_db()
    assert cover.state == "cancelled"
    assert not owed_parts().exists()


def test_no_leaves_no_cover_and_nothing_owed():
    place = offered()
    refuse_place(place_id=place.pk, actor=place.person.user, now=NOW)
    refuse_place(place_id=place.pk, actor=place.person.user, now=NOW)
    with pytest.raises(PlaceGone):
        accept_place(place_id=place.pk, actor=place.person.user, now=NOW)
    figures = figures_of([place.agreement], on=TODAY)[place.agreement_id]
    assert (figures.covered, figures.offered, figures.refused, figures.owed_fen) == (0, 0, 1, 0)


def test_without_the_consents_nobody_takes_a_place():
    place = offered(is_signed=False)
    with pytest.raises(ConsentsMissing):
        accept_place(place_id=place.pk, actor=place.person.user, now=NOW)


def test_nobody_answers_for_a_stranger_and_what_is_not_there_is_not_allowed():
    place = offered()
    for answer in (accept_place, refuse_place):
        with pytest.raises(NotAllowed):
            answer(place_id=place.pk, actor=make_parent(), now=NOW)
        with pytest.raises(NotAllowed):
            answer(place_id=987654, actor=place.person.user, now=NOW)


def test_an_offer_lapses_when_its_time_is_over():
    place = offered()
    late = NOW + timedelta(days=31)
    with pytest.raises(PlaceGone):
        accept_place(place_id=place.pk, actor=place.person.user, now=late)
    assert lapse_places(now=late) == 1
    place.refresh_from_db()
    assert place.state == "lapsed"


def test_taken_later_the_cover_begins_on_that_day():
    place = offered()
    late = NOW + timedelta(days=10)
    cover = accept_place(place_id=place.pk, actor=place.person.user, now=late).cover
    assert cover.start == late.date()


@pytest.mark.parametrize(("days", "is_taken"), [(5, True), (6, False)])
def test_a_place_begins_on_the_last_day_of_the_agreement_at_the_latest(days, is_taken):
    place = offered()
    Agreement.objects.update(until=TODAY + timedelta(days=5))
    late = NOW + timedelta(days=days)
    if is_taken:
        assert accept_place(place_id=place.pk, actor=place.person.user, now=late).cover.start == late.date()
        return
    with pytest.raises(PlaceTooLate) as refused:
        accept_place(place_id=place.pk, actor=place.person.user, now=late)
    assert refused.value.params == {"last": "2026-11-28"}
    assert Place.objects.get().state == "offered"
    assert not Cover.objects.exists()


def new_terms(place, **changes):
    """The plan in another version from tomorrow on."""
    file = next(file for file in catalogue_files() if file.terms.code == place.agreement.plan_code)
    data = deepcopy(file.data) | {"version": "9", "valid": {"from": str(TODAY + timedelta(days=1))}}
    for name, value in changes.items():
        data["parameters"][name] = {**data["parameters"][name], **value}
    publish_terms(file=PlanFile(load_terms(data), data, ""), now=NOW)


@pytest.mark.parametrize(
    ("changes", "is_taken"),
    [
        ({"night": {"amount": "200.00"}}, True),
        ({"price": {"amount": "73.00"}}, False),
        ({"age_to": {"years": 30}}, False),
    ],
)
def test_taken_later_the_terms_of_that_day_must_give_the_same_place(changes, is_taken):
    place = offered()
    new_terms(place, **changes)
    tomorrow = NOW + timedelta(days=1)
    if is_taken:
        cover = accept_place(place_id=place.pk, actor=place.person.user, now=tomorrow).cover
        assert cover.plan_version.version == "9"
        return
    with pytest.raises(PlaceChanged):
        accept_place(place_id=place.pk, actor=place.person.user, now=tomorrow)
    accept_place(place_id=place.pk, actor=place.person.user, now=NOW)  # today the terms are as they were offered
    assert Cover.objects.get().plan_version.version != "9"


def test_a_place_in_a_plan_that_is_no_more_is_not_taken():
    place = offered()
    Agreement.objects.update(plan_code="no-more")
    with pytest.raises(PlaceChanged):
        accept_place(place_id=place.pk, actor=place.person.user, now=NOW + timedelta(days=1))


def test_the_member_is_told_why_a_place_cannot_be_taken_any_more(client):
    place = offered()
    Agreement.objects.update(since=TODAY - timedelta(days=9), until=TODAY - timedelta(days=1))
    client.force_login(place.person.user)
    answer = client.post(reverse("enrolments:place", args=[place.pk]), {"answer": "yes"}, follow=True)
    assert "begin on 2026-11-22 at the latest" in answer.content.decode()


def test_the_members_own_part_can_be_paid_later_while_agreement_and_terms_hold(client):
    place = offered(make_agreement(group_fen=50_00))
    cover = accept_place(place_id=place.pk, actor=place.person.user, now=NOW).cover
    pay = {"contribution_id": due_of(cover).pk, "actor": place.person.user, "return_url": "/"}
    Agreement.objects.update(until=TODAY + timedelta(days=5))
    assert start_payment(**pay, now=NOW + timedelta(days=5)).amount_fen == 22_00
    with pytest.raises(PlaceTooLate):
        start_payment(**pay, now=NOW + timedelta(days=6))
    Cover.objects.update(start=TODAY - timedelta(days=6))
    Agreement.objects.update(since=TODAY - timedelta(days=9), until=TODAY - timedelta(days=1))
    client.force_login(place.person.user)
    answer = client.post(reverse("enrolments:pay", args=[pay["contribution_id"]]), follow=True)
    assert "begin on 2026-11-22 at the latest" in answer.content.decode()
    assert Cover.objects.get().state == "unpaid"


def test_somebody_covered_by_then_cannot_take_a_second_cover():
    place = offered()
    accept_place(place_id=place.pk, actor=place.person.user, now=NOW)
    Place.objects.filter(pk=place.pk).update(state="offered", cover=None)
    with pytest.raises(SecondCover):
        accept_place(place_id=place.pk, actor=place.person.user, now=NOW)


def test_an_unbroken_year_under_the_next_roster_counts():
    agreement = county()
    enrolled(agreement, as_csv(people(1)))
    first = Cover.objects.get()
    Cover.objects.update(start=first.start - timedelta(days=365), end=TODAY)
    Place.objects.update(start=first.start - timedelta(days=365), end=TODAY)
    enrolled(agreement, as_csv(people(2)))
    assert set(Cover.objects.filter(start=TODAY).values_list("renewed_years", flat=True)) == {0, 1}


def paid(agreement) -> Invoice:
    """The group has paid what it owes, and the bank has said so."""
    worker = make_worker(agreement.organisation)
    invoice = make_invoice(agreement_id=agreement.pk, actor=worker, now=NOW)
    checkout = start_invoice_payment(invoice_id=invoice.pk, actor=worker, return_url="/", now=NOW)
    Checkout.objects.filter(pk=checkout.pk).update(state="paid", paid_at=NOW)
    assert settle_invoices(now=NOW) == 1
    invoice.refresh_from_db()
    return invoice


def test_a_group_pays_all_it_owes_with_one_invoice_and_every_contribution_is_paid():
    agreement = county()
    enrolled(agreement, as_csv(people(3)))
    invoice = paid(agreement)
    assert (invoice.state, invoice.amount_fen, invoice.members, invoice.paid_date) == ("paid", 99_00, 3, TODAY)
    assert set(Contribution.objects.values_list("state", "paid_date")) == {("paid", TODAY)}
    assert Receipt.objects.filter(use="contribution").count() == 3
    assert settle_invoices(now=NOW) == 0
    assert ledger_is_balanced()
    assert balances()["contributions-in-advance:county-assist"] == 99_00
    figures = figures_of([agreement], on=TODAY)[agreement.pk]
    assert (figures.covered, figures.owed_fen, figures.paid_fen) == (3, 0, 99_00)


def test_an_invoice_is_made_once_and_nothing_more_is_due_when_it_is_paid():
    agreement = county()
    enrolled(agreement, as_csv(people(2)))
    worker = make_worker(agreement.organisation)
    first = make_invoice(agreement_id=agreement.pk, actor=worker, now=NOW)
    enrolled(agreement, as_csv(people(1, 5)))
    assert make_invoice(agreement_id=agreement.pk, actor=worker, now=NOW) == first
    paid(agreement)
    with pytest.raises(NothingDue):
        start_invoice_payment(invoice_id=first.pk, actor=worker, return_url="/", now=NOW)
    assert paid(agreement).members == 1
    with pytest.raises(NothingDue):
        make_invoice(agreement_id=agreement.pk, actor=worker, now=NOW)
    with pytest.raises(NotAllowed):
        start_invoice_payment(invoice_id=first.pk, actor=make_parent(), return_url="/", now=NOW)


def test_a_payment_page_that_failed_is_followed_by_a_new_one():
    agreement = county()
    enrolled(agreement, as_csv(people(1)))
    worker = make_worker(agreement.organisation)
    invoice = make_invoice(agreement_id=agreement.pk, actor=worker, now=NOW)
    first = start_invoice_payment(invoice_id=invoice.pk, actor=worker, return_url="/", now=NOW)
    assert start_invoice_payment(invoice_id=invoice.pk, actor=worker, return_url="/", now=NOW) == first
    Checkout.objects.filter(pk=first.pk).update(state="failed")
    assert start_invoice_payment(invoice_id=invoice.pk, actor=worker, return_url="/", now=NOW) != first


def bank_says_paid(*checkouts):
    Checkout.objects.filter(pk__in=[checkout.pk for checkout in checkouts]).update(state="paid", paid_at=NOW)


def paid_twice(agreement):
    """An invoice over two members, paid on a page given up and on the one after it."""
    enrolled(agreement, as_csv(people(2)))
    worker = make_worker(agreement.organisation)
    invoice = make_invoice(agreement_id=agreement.pk, actor=worker, now=NOW)
    pay = {"invoice_id": invoice.pk, "actor": worker, "return_url": "/", "now": NOW}
    first = start_invoice_payment(**pay)
    Checkout.objects.filter(pk=first.pk).update(state="expired")
    second = start_invoice_payment(**pay)
    bank_says_paid(second)
    assert settle_invoices(now=NOW) == 1
    bank_says_paid(first)
    assert [settle_invoices(now=NOW) for _ in range(2)] == [1, 0]
    return invoice, first, second


def test_an_invoice_paid_twice_is_booked_twice_and_the_second_payment_is_owed_to_the_group():
    agreement = county()
    invoice, first, second = paid_twice(agreement)
    books = balances()
    assert (books["contributions-in-advance:county-assist"], books["suspense"]) == (66_00, 66_00)
    assert list(invoice.payments.order_by("pk").values_list("checkout", "excess_fen")) == [
        (second.pk, 0),
        (first.pk, 66_00),
    ]
    assert ledger_is_balanced()
    refund = Refund.objects.get()
    Refund.objects.all().delete()
    with connection.cursor() as cursor:  # what groups had paid before refunds of it were known
        cursor.execute(import_module("apps.enrolments.migrations.0008_what_goes_back_to_groups").OWED)
    refund = Refund.objects.get()
    assert (refund.payment.checkout, refund.amount_fen, refund.contribution) == (first, 66_00, None)
    assert (refund.owner_label, refund.owner_id) == (PAYEE, agreement.organisation_id)


def name_account(agreement, number="6222021234567890", now=NOW):
    return name_payee_account(
        owner=(PAYEE, agreement.organisation_id),
        holder_name="County",
        bank="Bank",
        number=number,
        actor=make_parent("", Role.TREASURER),
        key=uuid4(),
        now=now,
    )


def test_what_a_group_paid_in_excess_goes_back_once_and_it_sees_how_far_it_is(client):
    agreement = county()
    invoice, _first, _second = paid_twice(agreement)
    client.force_login(make_worker(agreement.organisation))
    page = reverse("enrolments:group", args=[agreement.pk])
    shown = client.get(page).content.decode()
    assert f"Paid in excess with invoice {invoice.number}" in shown
    assert "The fund does not know your account" in shown
    assert refunds_without_account([agreement]) == {agreement.organisation_id: 1}
    assert pay_refunds(now=NOW) == 0
    name_account(agreement)
    assert "Being sent" in client.get(page).content.decode()
    assert [pay_refunds(now=NOW) for _ in range(2)] == [1, 0]
    order = Order.objects.get()
    assert (order.owed_account, order.amount_fen, what_for(order)) == (
        "suspense",
        66_00,
        f"Paid in excess with invoice {invoice.number}",
    )
    assert (balances()["suspense"], balances()["in-transit"]) == (0, 66_00)
    shown = client.get(page).content.decode()
    assert "On its way" in shown
    assert "does not know your account" not in shown
    Order.objects.update(state="failed")
    assert "name another account" in client.get(page).content.decode()
    name_account(agreement, "6222021234567891")
    assert pay_refunds(now=NOW + timedelta(hours=47)) == 0, "a changed account waits"


def test_money_for_an_invoice_replaced_meanwhile_goes_back_to_the_group():
    agreement = county()
    enrolled(agreement, as_csv(people(1)))
    worker = make_worker(agreement.organisation)
    invoice = make_invoice(agreement_id=agreement.pk, actor=worker, now=NOW)
    page = start_invoice_payment(invoice_id=invoice.pk, actor=worker, return_url="/", now=NOW)
    Checkout.objects.update(state="expired")
    Contribution.objects.update(amount_fen=3_00)
    assert make_invoice(agreement_id=agreement.pk, actor=worker, now=NOW) != invoice
    bank_says_paid(page)
    assert settle_invoices(now=NOW) == 1
    assert Refund.objects.get().amount_fen == 33_00
    assert Contribution.objects.get().state == "due"


def test_what_a_group_transfers_for_a_member_twice_goes_back_to_it():
    agreement = county()
    enrolled(agreement, as_csv(people(1)))
    pay = {"contribution_id": Contribution.objects.get().pk, "paid_date": TODAY, "now": NOW}
    receive_contribution(**pay, key="statement:1")
    receive_contribution(**pay, key="statement:2")
    refund = Refund.objects.get()
    assert (refund.receipt.use, refund.owner_label, refund.owner_id) == ("excess", PAYEE, agreement.organisation_id)
    assert not Message.objects.filter(kind="contribution-refunded").exists()


def test_an_invoice_that_cannot_be_taken_in_holds_up_no_other(monkeypatch, caplog):
    pages = []
    for first in (0, 10):
        agreement = county()
        enrolled(agreement, as_csv(people(1, first)))
        worker = make_worker(agreement.organisation)
        invoice = make_invoice(agreement_id=agreement.pk, actor=worker, now=NOW)
        pages.append(start_invoice_payment(invoice_id=invoice.pk, actor=worker, return_url="/", now=NOW))
    bank_says_paid(*pages)
    book = invoices._book

    def broken(payment, now):
        if payment.checkout_id == pages[0].pk:
            raise RuntimeError("down")
        book(payment, now)

    with monkeypatch.context() as patch:
        patch.setattr(invoices, "_book", broken)
        assert settle_invoices(now=NOW) == 1
    assert "it is tried again" in caplog.text
    assert settle_invoices(now=NOW) == 1


def test_settling_stops_when_its_time_is_over(monkeypatch):
    def out_of_time(*_args):
        raise SoftTimeLimitExceeded

    agreement = county()
    enrolled(agreement, as_csv(people(1)))
    worker = make_worker(agreement.organisation)
    invoice = make_invoice(agreement_id=agreement.pk, actor=worker, now=NOW)
    bank_says_paid(start_invoice_payment(invoice_id=invoice.pk, actor=worker, return_url="/", now=NOW))
    with monkeypatch.context() as patch:
        patch.setattr(invoices, "_book", out_of_time)
        with pytest.raises(SoftTimeLimitExceeded):
            settle_invoices(now=NOW)
    monkeypatch.setattr("apps.core.clock.timezone.now", lambda: NOW)
    tasks.settle_invoices()
    assert Receipt.objects.count() == 1


def test_an_invoice_nobody_is_paying_is_replaced_when_less_is_owed():
    agreement = county()
    enrolled(agreement, as_csv(people(3)))
    worker = make_worker(agreement.organisation)
    first = make_invoice(agreement_id=agreement.pk, actor=worker, now=NOW)
    Contribution.objects.filter(cover=Cover.objects.earliest("pk")).update(amount_fen=3_00)
    assert figures_of([agreement], on=TODAY)[agreement.pk].owed_fen == 69_00
    checkout = start_invoice_payment(invoice_id=first.pk, actor=worker, return_url="/", now=NOW)
    second = make_invoice(agreement_id=agreement.pk, actor=worker, now=NOW)
    first.refresh_from_db()
    assert (first.state, second.state, second.amount_fen, second.members) == ("void", "due", 69_00, 3)
    assert (checkout.source_id, checkout.amount_fen) == (second.pk, 69_00)
    Contribution.objects.filter(cover=Cover.objects.earliest("pk")).update(amount_fen=2_00)
    assert make_invoice(agreement_id=agreement.pk, actor=worker, now=NOW) == second, "somebody is paying it"
    bank_says_paid(checkout)
    settle_invoices(now=NOW)
    assert (balances()["contributions-in-advance:county-assist"], balances()["suspense"]) == (68_00, 1_00)


def test_news_of_a_cover_given_by_a_group_are_for_the_family_alone():
    agreement = county()
    member = family_of(people(1)[0])
    roster = enrolled(agreement, as_csv(people(2)))
    paid(agreement)
    cover = Cover.objects.get(person=member)
    leave_cover(cover_id=cover.pk, actor=member.user, seen_fen=33_00, now=NOW)
    told = Message.objects.get(kind="cover-left", channel="in-app")
    assert told.recipient == member.user
    assert told.parameters["amount_fen"] == 0, "the group's part does not come back to the family"
    assert not Message.objects.filter(recipient=roster.confirmed_by, kind__startswith="cover").exists()
    stranger = Cover.objects.exclude(pk=cover.pk).get()
    changes = Changes(NOW)
    changes.tell(stranger, "cover-started", key="x", start_date=TODAY, cover_id=stranger.pk)
    changes.record()
    assert Message.objects.filter(kind="cover-started").count() == 0, "nobody has an account"


def test_what_a_group_paid_goes_back_to_its_own_account(client):
    agreement = county()
    member = family_of(people(1)[0])
    enrolled(agreement, as_csv(people(1)))
    paid(agreement)
    leave_cover(cover_id=Cover.objects.get().pk, actor=member.user, seen_fen=33_00, now=NOW)
    refund = Refund.objects.get()
    assert (refund.owner_label, refund.owner_id) == (PAYEE, agreement.organisation_id)
    client.force_login(make_worker(agreement.organisation))
    shown = client.get(reverse("enrolments:group", args=[agreement.pk])).content.decode()
    assert "For members who left" in shown
    assert "¥0.00 of it is paid back" in shown
    assert refunds_without_account([agreement]) == {agreement.organisation_id: 1}
    treasurer = make_parent("", Role.TREASURER)
    client.force_login(treasurer)
    page = client.get(reverse("enrolments:agreements")).content.decode()
    assert "1: name the account" in page
    assert reverse("governance:name_account", args=[agreement.organisation_id]) in page
    name_account(agreement)
    assert refunds_without_account([agreement]) == {}
    assert pay_refunds(now=NOW + timedelta(days=3)) == 1


@pytest.mark.parametrize(("gap", "years"), [(0, 1), (30, 1), (31, 0)])
def test_a_gap_of_the_days_of_grace_leaves_the_years_unbroken(gap, years):
    agreement = county()
    enrolled(agreement, as_csv(people(1)))
    over = {"start": TODAY - timedelta(days=365 + gap), "end": TODAY - timedelta(days=gap)}
    Cover.objects.update(**over)
    Place.objects.update(**over)
    enrolled(agreement, as_csv(people(2)))
    assert Cover.objects.get(start=TODAY, person=Cover.objects.earliest("pk").person).renewed_years == years
