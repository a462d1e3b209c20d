"""The family's money page: paid, got, on the way, due next; only one's own."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from apps.accounts.models import Role
from apps.actuary.models import Allowance
from apps.actuary.services import finish_close, pay_allowances
from apps.claims.models import Payout
from apps.claims.services import open_payments
from apps.core.periods import Period
from apps.enrolments.services import leave_cover, pay_refunds, receive_contribution, start_payment
from apps.members.models import Person
from apps.payments.models import Checkout, Order, PayeeAccount
from apps.payments.services import confirm, propose_for_order
from apps.payments.services.orders import record_failed
from tests.actuary.factories import begun_close, noon, opened_again, paid_cover
from tests.claims.factories import make_account as make_claim_account
from tests.claims.factories import make_bill, make_covered
from tests.enrolments.factories import make_account, make_cover
from tests.members.factories import make_parent, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch, now):
    def move(**ahead):
        at = now + timedelta(**ahead)
        monkeypatch.setattr("apps.core.clock.timezone.now", lambda: at)
        return at

    move()
    return move


@pytest.fixture
def parent():
    return make_parent("fang@example.com")


@pytest.fixture
def browser(signed_in, parent, clock):
    return signed_in(parent)


def shown(browser, **query):
    return browser.get(reverse("portal:money"), query).context["shown"]


def text(browser, **query):
    return browser.get(reverse("portal:money"), query).content.decode()


def settle(order, now):
    Order.objects.filter(pk=order.pk).update(state="submitting", attempt=1, lease_until=now + timedelta(minutes=1))
    Order.objects.filter(pk=order.pk).update(state="settled", lease_until=None, settled_date=now.date())


def test_an_empty_family_sees_that_nothing_moves(browser):
    assert "Nothing is due and nothing is on the way" in text(browser)


def test_what_was_paid_stands_with_its_day_and_receipt(browser, parent):
    cover = make_cover(make_person(parent))
    person = shown(browser).people[0]
    assert (person.paid_fen, person.got_fen) == (180_00, 0)
    content = text(browser)
    assert "23 Nov 2026" in content
    assert reverse("enrolments:receipt", args=[cover.contributions.get().receipts.get().pk]) in content


def test_what_is_due_next_has_the_one_filled_button(browser, parent, clock):
    make_cover(make_person(parent), is_paid=False)
    other = make_cover(make_person(parent), schedule="monthly")
    page = shown(browser)
    assert [(item.due.fen, item.due.is_urgent) for item in page.to_pay] == [(180_00, True), (15_00, False)]
    assert text(browser).count('class="button" href') == 1
    clock(days=40)
    browser.force_login(parent)
    assert shown(browser).to_pay[1].due.contribution.cover_id == other.pk


def test_money_at_the_bank_is_on_the_way_until_it_is_booked(browser, parent, now):
    cover = make_cover(make_person(parent), is_paid=False)
    contribution = cover.contributions.get()
    page = start_payment(contribution_id=contribution.pk, actor=parent, return_url="/", now=now)
    assert len(shown(browser).to_pay) == 1
    Checkout.objects.update(state="paid", paid_at=now)
    assert [item.state for item in shown(browser).on_the_way] == ["Arrived, being booked"]
    assert shown(browser).to_pay == ()
    receive_contribution(contribution_id=contribution.pk, paid_date=now.date(), now=now, checkout=page)
    assert shown(browser).on_the_way == ()


def test_a_claim_is_followed_until_its_money_is_there(browser, parent, now):
    make_bill(make_covered(person=make_person(parent)))
    assert [(item.state, item.fen) for item in shown(browser).on_the_way] == [("Being sent", 120_00)]
    open_payments(now=now)
    assert [item.state for item in shown(browser).on_the_way] == ["On its way"]
    settle(Order.objects.get(), now)
    page = shown(browser)
    assert page.on_the_way == ()
    assert page.people[0].got_fen == 120_00


def test_a_claim_that_waits_for_a_new_account_or_came_back_says_so(browser, parent, now):
    make_bill(make_covered(person=make_person(parent)))
    PayeeAccount.objects.update(usable_from=now + timedelta(days=1))
    assert "Waits for the new account until" in shown(browser).on_the_way[0].state
    PayeeAccount.objects.update(usable_from=now)
    open_payments(now=now)
    order = Order.objects.get()
    Order.objects.update(state="submitting", attempt=1, lease_until=now + timedelta(minutes=1))
    record_failed(order_id=order.pk, reason="closed", day=now.date(), now=now)
    assert "The bank could not pay it" in text(browser)
    Payout.objects.create(
        decision=Payout.objects.get().decision,
        instalment=2,
        payee_account=make_claim_account(parent, now=now),
        amount_fen=120_00,
        created_at=now,
    )
    assert [item.state for item in shown(browser).on_the_way] == ["Being sent"]


def test_a_refund_that_two_people_stopped_asks_for_no_other_account(browser, parent, now, make_user):
    cover = make_cover(make_person(parent))
    make_account(cover)
    leave_cover(cover_id=cover.pk, actor=parent, seen_fen=180_00, now=now)
    pay_refunds(now=now)
    Order.objects.update(state="held")
    treasurer, council = make_user("t@example.com", Role.TREASURER), make_user("c@example.com", Role.COUNCIL)
    said = propose_for_order(
        kind="decline", order_id=Order.objects.get().pk, actor=treasurer, key=uuid4(), reason="a fraud", now=now
    )
    confirm(proposal_id=said.pk, actor=council, now=now)
    content = browser.get(reverse("enrolments:cover", args=[cover.pk])).content.decode()
    assert "Two people of the fund stopped the payment" in content
    assert "Name the account" not in content
    assert shown(browser).on_the_way == ()


def test_a_refund_is_followed_too(browser, parent, now):
    cover = make_cover(make_person(parent))
    leave_cover(cover_id=cover.pk, actor=parent, seen_fen=180_00, now=now)
    assert [item.state for item in shown(browser).on_the_way] == ["Tell us your account"]
    make_account(cover)
    pay_refunds(now=now)
    assert [item.state for item in shown(browser).on_the_way] == ["On its way"]
    settle(Order.objects.get(), now)
    person = shown(browser).people[0]
    assert (person.paid_fen, person.got_fen) == (180_00, 180_00)


@pytest.fixture
def allowance(parent, now):
    """What a plan gives back to the parent's mother for the year before."""
    person, start = make_person(parent), date(now.year - 1, 7, 1)
    paid_cover(start, 3_650_00, code="wanhu", person=person)
    paid_cover(start, 4_000_000)
    for quarter in (Period(start, date(now.year - 1, 10, 1)), Period(date(now.year - 1, 10, 1), date(now.year, 1, 1))):
        finish_close(close_id=begun_close(quarter).pk, now=noon(quarter.end))
    return Allowance.objects.get(person=person)


def test_an_allowance_is_followed_from_the_account_it_waits_for_until_it_is_there(browser, parent, now, allowance):
    assert [(item.state, item.fen) for item in shown(browser).on_the_way] == [
        ("Tell us your account", allowance.amount_fen)
    ]
    content = text(browser)
    assert "Allowance for wanhu, 2025" in content
    assert f'href="{reverse("portal:account")}"' in content
    make_claim_account(parent, now=now)
    assert [item.state for item in shown(browser).on_the_way] == ["Being sent"]
    pay_allowances(limit=5, now=now)
    assert [item.state for item in shown(browser).on_the_way] == ["On its way"]
    settle(Order.objects.get(), now)
    page = shown(browser)
    assert page.on_the_way == ()
    assert page.people[0].got_fen == allowance.amount_fen
    assert "Allowance for wanhu, 2025" in text(browser)


def test_an_allowance_on_the_account_of_another_who_acts_asks_for_none(browser, parent, now, allowance):
    other = make_parent("other@example.com")
    make_claim_account(other, now=now)
    Person.objects.filter(pk=allowance.person_id).update(user=other)
    assert [item.state for item in shown(browser).on_the_way] == ["Being sent"]


def test_an_allowance_that_came_back_asks_for_another_account(browser, parent, now, allowance):
    make_claim_account(parent, now=now)
    pay_allowances(limit=5, now=now)
    Order.objects.update(state="submitting", attempt=1, lease_until=now + timedelta(minutes=1))
    record_failed(order_id=Order.objects.get().pk, reason="closed", day=now.date(), now=now)
    assert [item.state for item in shown(browser).on_the_way] == ["It could not be paid: name another account"]


def test_an_allowance_of_a_close_that_was_opened_again_is_not_shown(browser, allowance, now):
    opened_again(allowance.close, now=now)
    assert shown(browser).on_the_way == ()


def test_each_year_has_its_own_page(browser, parent, now, clock):
    make_cover(make_person(parent))
    clock(days=100)
    browser.force_login(parent)
    page = shown(browser)
    assert (page.year, page.years, page.people[0].moved) == (2027, (2027, 2026), ())
    assert "Nothing was paid or received in this year" in text(browser)
    assert shown(browser, year="2026").people[0].paid_fen == 180_00


@pytest.mark.parametrize("year", ["0", "1999", "x", "-1", "9" * 5000, "２０２６"])
def test_a_year_that_is_not_there_shows_this_one(browser, year):
    assert shown(browser, year=year).year == 2026


def test_nobody_sees_the_money_of_others(browser):
    make_cover(schedule="monthly")
    page = shown(browser)
    assert (page.people, page.to_pay, page.on_the_way) == ((), (), ())


def test_the_page_asks_the_same_however_much_has_moved(
    browser, parent, now, django_assert_num_queries, django_assert_max_num_queries
):
    for _ in range(3):
        make_cover(make_person(parent), schedule="monthly")
    make_bill(make_covered(person=make_person(parent)))
    text(browser)
    with django_assert_max_num_queries(20) as few:
        text(browser)
    for _ in range(57):
        make_cover(make_person(parent), schedule="monthly")
    with django_assert_num_queries(len(few)):
        assert len(shown(browser).to_pay) == 60


class TestTheAccount:
    def test_it_is_named_and_changed(self, browser, parent, now):
        url = reverse("portal:account")
        typed = {"key": uuid4(), "holder_name": "Fang", "bank": "Bank", "number": "6222021234567890"}
        assert browser.post(url, typed).url == reverse("portal:money")
        assert "•••• 7890" in text(browser)
        assert browser.post(url, {"key": uuid4(), "account": "current"}).status_code == 302
        changed = {**typed, "key": uuid4(), "account": "new", "number": "6222333344445555"}
        browser.post(url, changed)
        assert PayeeAccount.objects.get(replaced_at=None).usable_from == now + timedelta(hours=48)

    def test_what_is_wrong_stands_at_its_field_and_the_rest_is_kept(self, browser):
        typed = {"key": uuid4(), "holder_name": "Fang", "bank": "", "number": "12"}
        answer = browser.post(reverse("portal:account"), typed)
        assert set(answer.context["form"].errors) == {"bank", "number"}
        assert 'value="Fang"' in answer.content.decode()


def test_home_and_navigation_lead_here(browser, parent):
    make_person(parent)
    assert browser.get(reverse("portal:home")).content.decode().count(f'href="{reverse("portal:money")}"') >= 2
