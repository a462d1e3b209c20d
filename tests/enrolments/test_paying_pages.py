"""Choosing instalments, paying them, lapsing and leaving, as a parent meets it in the browser without JavaScript."""

import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from apps.audit.models import Access
from apps.enrolments.models import Application, Contribution, Cover, Refund
from apps.enrolments.services import lapse_covers, pay_refunds, settle_contributions
from apps.members.services import publish_texts
from apps.payments.models import Checkout, Order
from apps.plans.services import publish_catalogue
from tests.enrolments.factories import ASTHMA, make_account, make_cover, publish_plan
from tests.members.factories import make_parent, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch, now):
    """Move the portal's clock: ``clock(days=40)``."""

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
def child(parent):
    return make_person(parent)


@pytest.fixture
def browser(signed_in, parent, now, clock):
    publish_catalogue(now=now)
    publish_texts(now=now)
    return signed_in(parent)


def page(browser, name, *args):
    return browser.get(reverse(f"enrolments:{name}", args=args)).content.decode()


def post(browser, name, *args, **typed):
    return browser.post(reverse(f"enrolments:{name}", args=args), typed)


def leave_with(browser, cover):
    answer = browser.get(reverse("enrolments:leave", args=[cover.pk]))
    return post(browser, "leave", cover.pk, seen_fen=answer.context["answer"].total_fen)


def test_the_way_of_paying_is_chosen_with_the_questions(browser, child):
    assert "12 × ¥15.00" in page(browser, "questions", child.pk, ASTHMA)
    typed = {"key": str(uuid4()), "conditions": ["J45.9"], "start": "2026-11-23", "schedule": "monthly"}
    answer = post(browser, "questions", child.pk, ASTHMA, **typed)
    application = Application.objects.get()
    assert (application.schedule, application.cover.contributions.count()) == ("monthly", 12)
    content = browser.get(answer.url).content.decode()
    assert "¥15.00" in content
    assert "Every month" in content
    content = page(browser, "pay", application.cover.contributions.earliest("due_date").pk)
    assert "¥15.00" in content
    assert "22 Dec 2026" in content


def test_amounts_that_do_not_divide_are_shown_to_the_fen(browser, parent):
    person = make_person(parent, birth_date=date(1955, 2, 1), relation="child")
    assert "8 × ¥56.67 + 4 × ¥56.66" in page(browser, "questions", person.pk, "parkinson-carefree")


def test_what_was_chosen_is_kept_when_something_else_is_wrong(browser, child):
    typed = {"key": str(uuid4()), "conditions": ["J45.9"], "start": "2026-01-01", "schedule": "quarterly"}
    content = post(browser, "questions", child.pk, ASTHMA, **typed).content.decode()
    assert re.search(r'value="quarterly"[^>]*checked', content)
    assert not Application.objects.exists()


@pytest.mark.parametrize("way", [{"schedule": "weekly"}, {"schedule": "'; DROP"}])
def test_a_way_that_is_not_there_is_refused_at_its_field(browser, child, way):
    typed = {"key": str(uuid4()), "conditions": ["J45.9"], "start": "2026-11-23", **way}
    answer = post(browser, "questions", child.pk, ASTHMA, **typed)
    assert "schedule" in answer.context["form"].errors


def test_who_pays_is_chosen_where_the_terms_leave_it(browser, child, now):
    code = publish_plan("account-or-own", payers=[{"payer": "personal-account", "chosen": True}])
    assert "Who pays your part?" in page(browser, "questions", child.pk, code)
    typed = {"key": str(uuid4()), "conditions": ["J45.9"], "start": "2026-11-23", "payer": "personal-account"}
    post(browser, "questions", child.pk, code, **typed)
    assert Contribution.objects.get().payer_label == "personal-account"


def test_a_plan_paid_at_once_by_the_family_asks_nothing(browser, parent):
    me = make_person(parent, birth_date=date(1985, 2, 1), relation="self")
    content = page(browser, "questions", me.pk, "her-care")
    assert "How would you like to pay?" not in content
    assert "Who pays your part?" not in content


def test_the_cover_shows_who_pays_what_and_when(browser, child, clock):
    code = publish_plan("union-and-family", payers=[{"payer": "union", "amount": "half"}])
    cover = make_cover(child, plan_code=code, schedule="quarterly")
    content = page(browser, "cover", cover.pk)
    for words in ("Union", "Your family", "¥22.50", "Paid on 23 Nov 2026", "Due on 23 Feb 2027"):
        assert words in content


def test_an_instalment_missed_is_said_with_the_last_day_and_can_be_paid(browser, child, clock):
    cover = make_cover(child, schedule="monthly")
    assert "The next contribution is due on 23 Dec 2026" in page(browser, "cover", cover.pk)
    at = clock(days=40)
    browser.force_login(child.registered_by)
    content = page(browser, "cover", cover.pk)
    assert "Pay by 22 Jan 2027, or the cover lapses" in content
    due = cover.contributions.due().earliest("due_date")
    assert post(browser, "pay", due.pk).url == Checkout.objects.get().pay_url
    Checkout.objects.update(state="paid", paid_at=at)
    assert "The payment has arrived" in page(browser, "cover", cover.pk)
    settle_contributions(now=at)
    assert "Everything in the plan is covered now" in page(browser, "cover", cover.pk)


def test_a_lapsed_cover_says_how_it_comes_back(browser, child, clock):
    cover = make_cover(child, schedule="monthly")
    lapse_covers(now=clock(days=70))
    browser.force_login(child.registered_by)
    content = page(browser, "cover", cover.pk)
    assert "Pay it and the cover comes back" in content
    assert "Pay ¥30.00" in content
    content = page(browser, "pay", cover.contributions.due().earliest("due_date").pk)
    assert "stay without cover" in content


def test_after_the_end_of_a_lapse_paying_leads_back_to_the_cover(browser, child, clock):
    cover = make_cover(child, schedule="monthly")
    lapse_covers(now=clock(days=70))
    clock(days=300)
    browser.force_login(child.registered_by)
    due = cover.contributions.due().earliest("due_date")
    back = reverse("enrolments:cover", args=[cover.pk])
    assert browser.get(reverse("enrolments:pay", args=[due.pk])).url == back
    assert post(browser, "pay", due.pk).url == back
    assert not Checkout.objects.exists()


class TestLeaving:
    def test_what_comes_back_is_said_before_and_paid_once(self, browser, child, now):
        cover = make_cover(child)
        make_account(cover)
        assert reverse("enrolments:leave", args=[cover.pk]) in page(browser, "cover", cover.pk)
        content = page(browser, "leave", cover.pk)
        assert "¥180.00" in content
        assert "•••• 7890" in content
        for _ in range(2):
            assert post(browser, "leave", cover.pk, seen_fen=180_00).url == reverse("enrolments:cover", args=[cover.pk])
        pay_refunds(now=now)
        assert Order.objects.get().amount_fen == 180_00
        content = page(browser, "cover", cover.pk)
        assert "On its way" in content
        assert "What was paid comes back" in content

    def test_without_an_account_one_is_asked_for_and_nothing_is_lost(self, browser, child, now):
        cover = make_cover(child)
        leave_with(browser, cover)
        content = page(browser, "cover", cover.pk)
        assert "Tell us your account" in content
        assert reverse("portal:account") in content
        typed = {"key": uuid4(), "holder_name": "Fang", "bank": "Bank", "number": "6222 0212 3456 7890"}
        assert browser.post(reverse("portal:account"), typed).url == reverse("portal:money")
        assert pay_refunds(now=now) == 1

    def test_a_figure_that_moved_is_shown_again(self, browser, child, clock):
        cover = make_cover(child)
        clock(days=20)
        browser.force_login(child.registered_by)
        answer = browser.post(reverse("enrolments:leave", args=[cover.pk]), {"seen_fen": "18000"}, follow=True)
        assert "has changed since you opened this page" in answer.content.decode()
        assert Cover.objects.get().ending == ""

    @pytest.mark.parametrize("seen", ["", "-1", "x", "9" * 5000, "１８０００"])
    def test_a_tampered_figure_changes_nothing(self, browser, child, seen):
        cover = make_cover(child)
        post(browser, "leave", cover.pk, seen_fen=seen)
        assert (Cover.objects.get().ending, Refund.objects.count()) == ("", 0)

    def test_later_by_the_terms_and_covered_to_the_end_of_the_day(self, browser, child, clock):
        cover = make_cover(child)
        clock(days=100)
        browser.force_login(child.registered_by)
        assert "for the days after the last one" in page(browser, "leave", cover.pk)
        leave_with(browser, cover)
        content = page(browser, "cover", cover.pk)
        assert "Ends soon" in content
        assert reverse("enrolments:leave", args=[cover.pk]) not in content

    def test_while_a_payment_is_under_way_it_waits(self, browser, child):
        cover = make_cover(child, schedule="monthly")
        post(browser, "pay", cover.contributions.due().earliest("due_date").pk)
        assert leave_with(browser, cover).status_code == 409
        assert Cover.objects.get().ending == ""

    @pytest.mark.parametrize("state", ["unpaid", "ended"])
    def test_what_is_not_running_cannot_be_left(self, browser, child, state):
        cover = make_cover(child)
        Cover.objects.update(state=state)
        assert browser.get(reverse("enrolments:leave", args=[cover.pk])).status_code == 302
        assert post(browser, "leave", cover.pk, seen_fen=0).status_code == 409

    def test_strangers_leave_nothing_and_are_written_down(self, browser):
        cover = make_cover()
        for pk in (cover.pk, 0):
            assert browser.get(reverse("enrolments:leave", args=[pk])).status_code == 404
            assert post(browser, "leave", pk, seen_fen=0).status_code == 404
        assert set(Access.objects.values_list("rule", "person_id")) == {("denied", cover.person_id)}
        assert Cover.objects.get().ending == ""


def test_a_cover_asks_the_same_however_many_instalments(
    browser, parent, django_assert_num_queries, django_assert_max_num_queries
):
    few, many = make_cover(make_person(parent)), make_cover(make_person(parent), schedule="monthly")
    page(browser, "cover", few.pk)
    Contribution.objects.filter(cover=few).update(state="due", paid_date=None, received_fen=0)
    with django_assert_max_num_queries(20) as asked:
        page(browser, "cover", few.pk)
    with django_assert_num_queries(len(asked)):
        page(browser, "cover", many.pk)
