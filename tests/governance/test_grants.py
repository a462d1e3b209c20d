"""A grant whose payment failed is paid again by the treasurer, or lapses back to the surplus by rule."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from apps.accounts.models import Role
from apps.core.errors import NotAllowed
from apps.fund.models import Entry
from apps.fund.selectors import balance, ledger_is_balanced
from apps.fund.services import ask_correction, decide_correction
from apps.governance.errors import GrantNotPayable, NoAccount
from apps.governance.rules.lapsing import PAYABLE_FOR, has_lapsed
from apps.governance.selectors import available_fen, resolutions
from apps.governance.services import lapse_grants, pay_grant_again
from apps.payments.models import Order, PayeeAccount
from apps.payments.services import confirm, propose_for_order
from apps.payments.services.orders import record_failed
from tests.conftest import NOW
from tests.governance.factories import ended, name_account, opened, votes

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SETTLED = {"state": "settled", "lease_until": None, "settled_date": NOW.date()}


@pytest.fixture
def treasurer(make_user):
    return make_user("money@example.com", Role.TREASURER)


def granted(seats):
    resolution = opened(seats)
    votes(resolution, seats, "+++++++++")
    return ended(resolution).lines.get()


def fail(now=NOW):
    """The bank refuses the newest order."""
    order = Order.objects.latest("pk")
    Order.objects.filter(pk=order.pk).update(state="submitting", attempt=1, lease_until=now + timedelta(minutes=1))
    assert record_failed(order_id=order.pk, reason="closed", day=now.date(), now=now)
    Order.objects.filter(pk=order.pk).update(state_at=now)


def decline(treasurer, other):
    order = Order.objects.latest("pk")
    Order.objects.filter(pk=order.pk).update(state="held", reason="odd")
    said = propose_for_order(kind="decline", order_id=order.pk, actor=treasurer, key=uuid4(), reason="odd", now=NOW)
    confirm(proposal_id=said.pk, actor=other, now=NOW)


def kinds(line):
    return list(line.resolution.events.order_by("pk").values_list("kind", flat=True))[-2:]


@pytest.mark.parametrize(
    ("days", "is_declined", "expected"), [(89, False, False), (90, False, True), (400, False, True), (0, True, True)]
)
def test_it_lapses_after_ninety_days_or_at_once_when_two_people_declined(days, is_declined, expected):
    assert has_lapsed(ended_at=NOW, is_declined=is_declined, now=NOW + days * DAY) is expected


def test_a_failed_payment_is_asked_for_again_once_to_the_account_of_today(seats, close, treasurer):
    line = granted(seats)
    fail()
    assert balance(line.account) == 100_00
    name_account(line.payee, "6222000099990000")
    first = pay_grant_again(line_id=line.pk, actor=treasurer, now=NOW)
    assert pay_grant_again(line_id=line.pk, actor=treasurer, now=NOW) == first
    assert (first.payee_account.number_tail, first.caused_by, first.amount_fen) == ("0000", treasurer, 100_00)
    failed = Order.objects.earliest("pk")
    assert failed.business_key == f"appropriation:{line.resolution.key}:1"
    assert first.business_key == f"appropriation:after:{failed.key}"
    assert (balance(line.account), balance("in-transit")) == (0, 100_00)
    assert Order.objects.count() == 2
    assert kinds(line) == ["passed", "paid-again"]
    fail()
    assert pay_grant_again(line_id=line.pk, actor=treasurer, now=NOW).business_key.endswith(f":after:{first.key}")
    assert ledger_is_balanced()


def test_a_payment_under_way_or_made_is_not_asked_for_again(seats, close, treasurer):
    line = granted(seats)
    for step in ({"state": "submitting", "attempt": 1, "lease_until": NOW + DAY}, SETTLED):
        with pytest.raises(GrantNotPayable):
            pay_grant_again(line_id=line.pk, actor=treasurer, now=NOW)
        Order.objects.update(**step)
    with pytest.raises(GrantNotPayable):
        pay_grant_again(line_id=line.pk, actor=treasurer, now=NOW)
    assert lapse_grants(now=NOW + 400 * DAY) == 0


def test_only_the_treasurer_asks_and_the_payee_needs_an_account(seats, close, treasurer):
    line = granted(seats)
    fail()
    with pytest.raises(NotAllowed):
        pay_grant_again(line_id=line.pk, actor=seats[0].user, now=NOW)
    PayeeAccount.objects.update(replaced_at=NOW)
    with pytest.raises(NoAccount):
        pay_grant_again(line_id=line.pk, actor=treasurer, now=NOW)


def test_what_could_not_be_paid_for_long_is_part_of_the_surplus_again(seats, close, treasurer):
    before, free = balance("surplus"), available_fen(close)
    line = granted(seats)
    fail()
    assert available_fen(close) == free - 100_00
    assert lapse_grants(now=NOW + PAYABLE_FOR - DAY) == 0
    later = NOW + PAYABLE_FOR
    assert [lapse_grants(now=later) for _ in range(2)] == [1, 0]
    assert (balance(line.account), balance("surplus"), available_fen(close)) == (0, before, free)
    with pytest.raises(GrantNotPayable):
        pay_grant_again(line_id=line.pk, actor=treasurer, now=later)
    assert kinds(line) == ["passed", "lapsed"]
    assert ledger_is_balanced()


def test_what_two_people_declined_to_pay_lapses_at_once_and_is_not_paid_again(seats, close, treasurer):
    line = granted(seats)
    decline(treasurer, seats[0].user)
    with pytest.raises(GrantNotPayable):
        pay_grant_again(line_id=line.pk, actor=treasurer, now=NOW)
    assert lapse_grants(now=NOW) == 1
    assert (balance(line.account), available_fen(close)) == (0, close.surplus_fen)


def test_a_lapse_taken_back_by_two_people_can_be_paid_and_does_not_lapse_again(seats, close, treasurer, make_user):
    line = granted(seats)
    fail()
    later = NOW + PAYABLE_FOR
    lapse_grants(now=later)
    entry = Entry.objects.get(kind="appropriation-lapsed")
    asked = ask_correction(entry_id=entry.pk, actor=treasurer, reason="The clinic is back", key=uuid4(), now=later)
    other = make_user("second@example.com", Role.TREASURER)
    decide_correction(correction_id=asked.pk, actor=other, agrees=True, now=later)
    assert (balance(line.account), available_fen(close)) == (100_00, close.surplus_fen - 100_00)
    assert lapse_grants(now=later) == 0
    assert pay_grant_again(line_id=line.pk, actor=treasurer, now=later).amount_fen == 100_00
    assert ledger_is_balanced()


def test_a_declined_grant_whose_lapse_two_people_took_back_can_be_paid(seats, close, treasurer, make_user):
    line = granted(seats)
    decline(treasurer, seats[0].user)
    lapse_grants(now=NOW)
    entry = Entry.objects.get(kind="appropriation-lapsed")
    asked = ask_correction(entry_id=entry.pk, actor=treasurer, reason="It was all right", key=uuid4(), now=NOW)
    other = make_user("second@example.com", Role.TREASURER)
    decide_correction(correction_id=asked.pk, actor=other, agrees=True, now=NOW)
    assert lapse_grants(now=NOW) == 0
    assert pay_grant_again(line_id=line.pk, actor=treasurer, now=NOW).amount_fen == 100_00


def test_the_list_of_resolutions_counts_no_lapsed_grant(seats, close):
    line = granted(seats)
    assert resolutions(with_drafts=True).get().granted_fen == 100_00
    fail()
    lapse_grants(now=NOW + PAYABLE_FOR)
    shown = resolutions(with_drafts=True).get()
    assert (shown.granted_fen, shown.asked_fen) == (0, line.amount_fen)


def test_one_grant_that_cannot_lapse_does_not_hold_up_the_others(seats, close, caplog, monkeypatch):
    from apps.governance.services import granting

    granted(seats)
    fail()
    monkeypatch.setattr(granting, "has_lapsed", lambda **asked: 1 / 0)
    assert lapse_grants(now=NOW + PAYABLE_FOR) == 0
    assert "could not lapse" in caplog.text


def test_the_treasurer_pays_again_from_the_page_and_others_only_see_why(seats, close, treasurer, signed_in):
    line = granted(seats)
    page = reverse("governance:resolution", args=[line.resolution_id])
    url = reverse("governance:pay_again", args=[line.pk])
    browser = signed_in(treasurer)
    assert url not in browser.get(page).content.decode()
    fail()
    member = signed_in(seats[0].user)
    shown = member.get(page).content.decode()
    assert "did not reach the payee" in shown
    assert url not in shown
    assert member.post(url).status_code == 404
    browser = signed_in(treasurer)
    assert url in browser.get(page).content.decode()
    assert "¥100.00" in browser.get(url).content.decode()
    assert browser.post(url)["Location"] == page
    assert Order.objects.count() == 2
    after = browser.get(page).content.decode()
    assert "Asked the bank to pay a line again" in after
    Order.objects.filter(state="requested").update(state="submitting", attempt=1, lease_until=NOW + DAY)
    Order.objects.filter(state="submitting").update(**SETTLED)
    assert "is not to be paid again" in browser.post(url).content.decode()


def test_a_lapsed_grant_is_told_on_the_page(seats, close, signed_in):
    line = granted(seats)
    fail()
    lapse_grants(now=NOW + PAYABLE_FOR)
    shown = signed_in(seats[0].user).get(reverse("governance:resolution", args=[line.resolution_id])).content.decode()
    assert "The grant lapsed" in shown
    assert "Lapsed, back in the surplus" in shown
