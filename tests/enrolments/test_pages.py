"""Joining in the browser, as a parent meets it, without JavaScript."""

import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from zeal import zeal_ignore

from apps.audit.models import Access
from apps.enrolments.models import Application, Cover, Draft, Receipt
from apps.enrolments.services import settle_contributions
from apps.members.models import Person
from apps.members.services import publish_texts
from apps.payments.models import Checkout
from apps.plans.services import publish_catalogue
from tests.enrolments.factories import ASTHMA, make_application, make_cover
from tests.members.factories import make_parent, make_person

pytestmark = pytest.mark.django_db
PASSWORD = "long-enough-1"


@pytest.fixture
def parent():
    return make_parent("fang@example.com")


@pytest.fixture
def browser(signed_in, parent, now, monkeypatch):
    monkeypatch.setattr("apps.core.clock.timezone.now", lambda: now)
    publish_catalogue(now=now)
    publish_texts(now=now)
    return signed_in(parent)


@pytest.fixture
def child(parent):
    return make_person(parent)


@pytest.fixture
def url(child):
    return reverse("enrolments:questions", args=[child.pk, ASTHMA])


@pytest.fixture
def typed():
    return {"key": str(uuid4()), "conditions": ["J45.9"], "start": "2026-11-23"}


def text(answer):
    return answer.content.decode()


def page(browser, name, *args, **query):
    return browser.get(reverse(f"enrolments:{name}", args=args), query)


def test_from_the_plan_to_the_payment_page_and_back(browser, child, url, typed, now, parent):
    answer = page(browser, "start", ASTHMA)
    assert url in text(answer)
    content = text(browser.get(url))
    assert "Which of these has a doctor diagnosed" in content
    assert "Allergic rhinitis" in content
    answer = browser.post(url, typed)
    application = Application.objects.get()
    assert answer.url == reverse("enrolments:decision", args=[application.pk])
    pay_url = reverse("enrolments:pay", args=[application.cover.contributions.get().pk])
    assert pay_url in text(browser.get(answer.url))
    assert "To the payment page" in text(browser.get(pay_url))
    answer = browser.post(pay_url)
    checkout = Checkout.objects.get()
    assert answer.url == checkout.pay_url
    assert checkout.return_url == reverse("enrolments:cover", args=[application.cover.pk])
    assert "The bank has not answered yet" in text(browser.get(checkout.return_url))
    Checkout.objects.update(state="paid", paid_at=now)
    assert "The payment has arrived" in text(browser.get(checkout.return_url))
    settle_contributions(now=now)
    content = text(browser.get(checkout.return_url))
    assert "Everything in the plan is covered now" in content
    assert "22 Nov 2027" in content
    receipt = Receipt.objects.get()
    content = text(page(browser, "receipt", receipt.pk))
    assert receipt.number in content
    assert parent.name in content


def test_sent_twice_or_after_going_back_it_is_one_application(browser, url, typed):
    assert browser.post(url, typed).url == browser.post(url, typed).url
    changed = browser.post(url, {**typed, "conditions": ["L20.9"]})
    assert "was sent already, with other answers" in text(changed)
    assert Application.objects.count() == Cover.objects.count() == 1


def test_paying_twice_opens_one_payment(browser, child):
    cover = make_cover(child, is_paid=False)
    pay_url = reverse("enrolments:pay", args=[cover.contributions.get().pk])
    assert browser.post(pay_url).url == browser.post(pay_url).url
    assert Checkout.objects.count() == 1


def test_going_back_to_the_payment_after_paying_leads_to_the_cover(browser, child):
    cover = make_cover(child)
    pay_url = reverse("enrolments:pay", args=[cover.contributions.get().pk])
    for answer in (browser.get(pay_url), browser.post(pay_url)):
        assert answer.url == reverse("enrolments:cover", args=[cover.pk])
    assert not Checkout.objects.exists()


def test_declined_says_why_with_the_clause_and_what_to_do(browser, url, typed):
    answer = browser.post(url, {**typed, "conditions": ["J30.4"]})
    content = text(browser.get(answer.url))
    assert "cannot join this plan" in content
    assert "Clause 1.2" in content or "Clause" in content
    assert url in content
    assert 'value="J30.4" ' in text(browser.get(url)), "what was answered is still there to be corrected"


def test_a_child_older_than_the_plan_allows_is_declined(browser, parent, typed):
    nearly_grown = make_person(parent, birth_date=date(2008, 12, 1))
    url = reverse("enrolments:questions", args=[nearly_grown.pk, ASTHMA])
    content = text(browser.get(browser.post(url, {**typed, "start": "2026-12-05"}).url))
    assert "cannot join this plan" in content
    assert "17" in content


def test_a_second_cover_is_refused_with_a_link_to_the_first(browser, child, url, typed):
    cover = make_cover(child)
    answer = browser.post(url, typed)
    assert "already has a cover of this plan" in text(answer)
    assert reverse("enrolments:cover", args=[cover.pk]) in text(answer)
    assert 'value="J45.9" ' in text(answer)
    assert Cover.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"start": "2026-11-22"}, "start", "cannot be in the past"),
        ({"start": "2027-06-01"}, "start", "within the next 90 days"),
        ({"start": "tomorrow"}, "start", "Enter a real date"),
        ({"conditions": ["X"]}, "conditions", "not one of the available choices"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_the_rest_is_kept(browser, url, typed, change, field, words):
    answer = browser.post(url, {**typed, **change})
    assert words in str(answer.context["form"].errors[field])
    assert not Application.objects.exists()
    assert Draft.objects.count() == 1
    if field == "start":
        assert re.search(r'value="J45.9"[^>]*checked', text(answer))


def test_an_unanswered_question_is_asked_at_its_field(browser, parent, typed):
    person = make_person(parent, birth_date=date(1955, 2, 1), relation="child")
    url = reverse("enrolments:questions", args=[person.pk, "parkinson-carefree"])
    answer = browser.post(url, {**typed, "conditions": ["G20"]})
    assert "Please answer this question" in str(answer.context["form"].errors["hoehn_yahr"])
    assert browser.post(url, {**typed, "conditions": ["G20"], "hoehn_yahr": "2"}).status_code == 302


@pytest.mark.parametrize(
    ("screening", "words"),
    [
        ({"screening": "negative"}, "Enter the day of the screening"),
        ({"screening": "negative", "screening_date": "2026-12-01"}, "This day has not come yet"),
    ],
)
def test_a_screening_needs_its_day(browser, parent, typed, screening, words):
    me = make_person(parent, birth_date=date(1985, 2, 1), relation="self")
    url = reverse("enrolments:questions", args=[me.pk, "her-care"])
    common = {"key": typed["key"], "start": typed["start"], "basic_insurance": "city"}
    assert words in str(browser.post(url, {**common, **screening}).context["form"].errors["screening_date"])
    browser.post(url, {**common, "screening": "negative", "screening_date": "2026-11-01"})
    assert Application.objects.get().facts["screening"] == {"result": "negative", "date": "2026-11-01"}


def sign_in(browser, url, user):
    """Signing in reads the visitor's session twice to give it a new name; zeal takes that for a loop."""
    with zeal_ignore():
        return browser.post(url, {"login": user.email, "password": PASSWORD})


def test_a_session_that_ends_in_the_middle_loses_nothing(browser, url, typed, parent):
    browser.get(url)
    browser.cookies.pop("sessionid")
    answer = browser.post(url, typed)
    assert answer.url.startswith(reverse("account_login"))
    answer = sign_in(browser, answer.url, parent)
    assert answer.url == url
    content = text(browser.get(url))
    assert "You were signed out in between" in content
    assert re.search(r'value="J45.9"[^>]*checked', content)
    assert typed["key"] in content
    assert browser.post(url, typed).status_code == 302
    assert Application.objects.count() == 1


def test_what_one_person_typed_is_not_shown_to_another(browser, url, typed):
    browser.cookies.pop("sessionid")
    answer = browser.post(url, typed)
    stranger = make_parent("other@example.com")
    answer = sign_in(browser, answer.url, stranger)
    assert browser.get(answer.url).status_code == 404


def test_without_consents_the_way_leads_to_them_and_back(browser, parent, typed):
    child = make_person(parent, signed=False)
    url = reverse("enrolments:questions", args=[child.pk, ASTHMA])
    for answer in (browser.get(url), browser.post(url, typed)):
        assert answer.url.startswith(reverse("members:consents", args=[child.pk]))
        assert f"next={url}" in answer.url.replace("%2F", "/")
    assert "Sign for Xiaoyu and go on" in text(page(browser, "start", ASTHMA))


def test_who_can_join_is_shown_for_everybody(browser, parent, child):
    make_cover(child)
    make_person(parent, name="Anan", birth_date=date(2020, 1, 1), signed=False)
    grown = make_person(parent, name="Dada", birth_date=date(2008, 12, 1))
    Person.objects.filter(pk=grown.pk).update(birth_date=date(2008, 1, 1))
    content = text(page(browser, "start", ASTHMA))
    for words in ("Has this plan already", "Sign for Anan", "Adults apply for themselves"):
        assert words in content


def test_the_person_chosen_before_skips_the_choice(browser, child, url):
    assert page(browser, "start", ASTHMA, person=child.pk).url == url
    assert page(browser, "start", ASTHMA, person="x").status_code == 200


def test_without_a_family_one_is_asked_to_add_it(browser):
    assert reverse("members:add") in text(page(browser, "start", ASTHMA))
    assert "Nobody is covered yet" in text(page(browser, "mine"))


def test_an_unknown_plan_is_not_found(browser, child):
    assert page(browser, "start", "no-such-plan").status_code == 404
    assert page(browser, "questions", child.pk, "no-such-plan").status_code == 404


def test_strangers_see_nothing_and_are_written_down(browser):
    cover = make_cover()
    pages: list[tuple[str, list[object]]] = [
        ("questions", [cover.person_id, ASTHMA]),
        ("decision", [cover.application_id]),
        ("pay", [cover.contributions.get().pk]),
        ("cover", [cover.pk]),
        ("receipt", [Receipt.objects.get().pk]),
    ]
    for name, args in pages:
        assert page(browser, name, *args).status_code == 404
        assert browser.post(reverse(f"enrolments:{name}", args=args)).status_code in (404, 405)
    assert set(Access.objects.values_list("rule", "person_id")) == {("denied", cover.person_id)}


@pytest.mark.parametrize("name", ["decision", "pay", "cover", "receipt"])
def test_what_does_not_exist_is_not_found(browser, name):
    assert page(browser, name, 0).status_code == 404


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, "Everything in the plan is covered now"),
        ({"start": date(2026, 12, 1)}, "starts on its first day"),
        ({"start": date(2025, 1, 1), "end": date(2026, 1, 1), "state": "ended"}, "can still be sent"),
        ({"state": "cancelled"}, "not paid in time"),
        ({"state": "unpaid"}, "starts once it is paid"),
    ],
)
def test_a_cover_says_what_its_state_means(browser, child, change, words):
    cover = make_cover(child)
    Cover.objects.filter(pk=cover.pk).update(**change)
    assert words in text(page(browser, "cover", cover.pk))


def test_a_payment_that_failed_can_be_tried_again(browser, child):
    cover = make_cover(child, is_paid=False)
    pay_url = reverse("enrolments:pay", args=[cover.contributions.get().pk])
    browser.post(pay_url)
    Checkout.objects.update(state="failed")
    content = text(page(browser, "cover", cover.pk))
    assert "The payment did not go through" in content
    assert pay_url in content


def test_the_part_that_waits_for_the_bank_equals_the_whole_page(browser, child):
    cover = make_cover(child, is_paid=False)
    browser.post(reverse("enrolments:pay", args=[cover.contributions.get().pk]))
    url = reverse("enrolments:cover", args=[cover.pk])
    part = browser.get(url, headers={"HX-Request": "true", "HX-Target": "state"})
    assert text(part).strip() in text(browser.get(url))
    assert "every 2s" in text(part)


def test_the_page_speaks_chinese_where_the_plan_does(browser, url):
    browser.cookies["django_language"] = "zh-hans"
    assert "医生诊断孩子患有以下哪些疾病" in text(browser.get(url))


def test_the_list_of_covers_asks_the_same_however_long(
    browser, parent, django_assert_num_queries, django_assert_max_num_queries
):
    for _ in range(3):
        make_cover(make_person(parent))
    page(browser, "mine")
    with django_assert_max_num_queries(15) as few:
        page(browser, "mine")
    for number in range(57):
        make_cover(make_person(parent, birth_date=date(2015, 1, 1) + timedelta(days=number)))
    with django_assert_num_queries(len(few)):
        assert len(page(browser, "mine").context["rows"]) == 20


def test_the_choice_who_joins_asks_the_same_however_large_the_family(
    browser, parent, django_assert_num_queries, django_assert_max_num_queries
):
    for _ in range(3):
        make_application(make_person(parent))
    page(browser, "start", ASTHMA)
    with django_assert_max_num_queries(15) as few:
        page(browser, "start", ASTHMA)
    for number in range(57):
        make_person(parent, birth_date=date(2015, 1, 1) + timedelta(days=number), signed=number % 2 == 0)
    with django_assert_num_queries(len(few)):
        assert len(page(browser, "start", ASTHMA).context["rows"]) == 60


def test_an_application_can_be_dropped_before_it_is_paid(browser, child, url, typed):
    cover = make_cover(child, is_paid=False)
    drop_url = reverse("enrolments:drop", args=[cover.pk])
    assert drop_url in text(page(browser, "cover", cover.pk))
    assert "Nothing was paid" in text(browser.get(drop_url))
    for _ in range(2):
        assert browser.post(drop_url).url == reverse("enrolments:mine")
    assert browser.post(url, typed).status_code == 302
    assert list(Cover.objects.order_by("pk").values_list("state", flat=True)) == ["cancelled", "unpaid"]


def test_what_is_paid_or_being_paid_is_not_dropped(browser, child):
    cover = make_cover(child, is_paid=False)
    browser.post(reverse("enrolments:pay", args=[cover.contributions.get().pk]))
    drop_url = reverse("enrolments:drop", args=[cover.pk])
    assert browser.post(drop_url).status_code == 409
    Cover.objects.update(state="active")
    assert browser.post(drop_url).status_code == 409
    assert Cover.objects.get().state == "active"


def test_strangers_drop_nothing(browser):
    cover = make_cover(is_paid=False)
    for number in (cover.pk, 0):
        assert browser.post(reverse("enrolments:drop", args=[number])).status_code == 404
    assert Cover.objects.get().state == "unpaid"


def test_terms_that_changed_before_payment_are_asked_again(browser, child, monkeypatch):
    cover = make_cover(child, is_paid=False)
    Cover.objects.update(start=date(2026, 11, 20), price_fen=1)
    answer = browser.post(reverse("enrolments:pay", args=[cover.contributions.get().pk]), follow=True)
    assert "the terms are not the same" in text(answer)
    assert Cover.objects.get().state == "cancelled"
    assert not Checkout.objects.exists()


def test_the_next_year_is_offered_near_the_end_from_the_day_after(browser, child, url, now, monkeypatch):
    cover = make_cover(child)
    assert "Another year" not in text(page(browser, "start", ASTHMA))
    monkeypatch.setattr("apps.core.clock.timezone.now", lambda: now + timedelta(days=300))
    browser.force_login(child.registered_by)
    assert "Another year" in text(page(browser, "start", ASTHMA))
    assert browser.get(url).context["form"].initial == {"start": cover.end}
