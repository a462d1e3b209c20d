"""What the family sees of its claims, and what strangers do not."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from apps.audit.models import Access
from apps.claims.models import Claim
from apps.claims.rules.filing import FiledLine
from apps.claims.rules.states import Outcome
from apps.claims.services import open_payments, review_claim
from apps.payments.models import Order
from tests.claims.factories import (
    INHALER,
    NOW,
    SECOND,
    day,
    make_bill,
    make_covered,
    make_held_bill,
    make_officer,
    take,
)
from tests.enrolments.factories import ASTHMA
from tests.members.factories import make_parent, make_person

pytestmark = pytest.mark.django_db
LINES = (INHALER, FiledLine("exam", "Spirometry", 80_00))


def words(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def page(browser, bill, name="bill"):
    return words(browser.get(reverse(f"claims:{name}", args=[bill.number])))


@pytest.mark.parametrize("name", ["bill", "explanation"])
def test_each_cover_each_step_and_each_refused_line_is_explained(signed_in, stopped_clock, name):
    bill = make_bill(make_covered(ASTHMA, SECOND), lines=LINES, earlier={"basic": 50_00})
    seen = page(signed_in(bill.filed_by), bill, name)
    for text in (
        "Family Doctor Mutual",
        "Others have already paid",
        "The plan pays 80% of ¥60.00",
        "Clause 2.1",
        "Not paid by this plan",
        "Spirometry",
        "Who pays what of this bill",
        "Basic insurance",
        "Your own part",
        "Decided, payment is being prepared",
    ):
        assert text in seen, text


def test_the_waterfall_draws_whole_numbers_that_add_up(signed_in, stopped_clock):
    bill = make_bill(make_covered(ASTHMA, SECOND), lines=LINES, earlier={"basic": 50_00})
    html = signed_in(bill.filed_by).get(reverse("claims:bill", args=[bill.number])).content.decode()
    bars = [(int(x), int(width)) for x, width in re.findall(r'x="(\d+)" y="2" width="(\d+)"', html)]
    assert bars == [(0, 250), (250, 450), (700, 240), (940, 60)]


def test_the_explanation_speaks_chinese(signed_in, stopped_clock):
    bill = make_bill(make_covered(ASTHMA, SECOND), lines=LINES, earlier={"basic": 50_00})
    browser = signed_in(bill.filed_by)
    browser.cookies["django_language"] = "zh-hans"
    seen = page(browser, bill)
    assert "其中 30.00 元已由其他支付方支付" in seen
    assert "2026年11月" in seen


def test_an_event_shows_its_sum_without_a_waterfall(signed_in, stopped_clock):
    bill = make_bill(kind="event", event="diagnosis", lines=())
    seen = page(signed_in(bill.filed_by), bill)
    assert "Not paid" in seen
    assert "Who pays what" not in seen


def test_a_held_claim_says_that_a_person_looks_at_it(signed_in, stopped_clock):
    bill = make_held_bill()
    seen = page(signed_in(bill.filed_by), bill)
    assert "A person is looking at it" in seen
    assert "wheezing" in seen


def test_the_officers_words_and_reductions_are_shown(signed_in, stopped_clock, now):
    bill, officer = make_held_bill(), make_officer()
    review_claim(
        claim_id=take(bill, officer),
        actor=officer,
        outcome=Outcome.REDUCE,
        reason="One inhaler a month is needed.",
        reductions={1: 20_00},
        diagnosis="J45.9",
        now=now,
    )
    seen = page(signed_in(bill.filed_by), bill)
    assert "One inhaler a month is needed." in seen
    assert "The officer took ¥20.00 off “Budesonide”" in seen
    assert "¥20.00 of it was paid by others or taken off by the officer, so ¥100.00 is left." in seen
    assert "Others have already paid" not in seen


@pytest.mark.parametrize(
    ("state", "said"),
    [("requested", "On the way"), ("settled", "Paid on 25 Nov 2026"), ("failed", "The bank could not pay it")],
)
def test_paid_is_read_from_the_payment_order(signed_in, stopped_clock, now, state, said):
    bill = make_bill()
    open_payments(now=now)
    order = Order.objects.get()
    if state != "requested":
        Order.objects.filter(pk=order.pk).update(state="submitting", lease_until=now + timedelta(minutes=1))
        settled = day(-2) if state == "settled" else None
        Order.objects.filter(pk=order.pk).update(state=state, lease_until=None, settled_date=settled)
    assert said in page(signed_in(bill.filed_by), bill)
    assert said in words(signed_in(bill.filed_by).get(reverse("claims:mine")))


@pytest.mark.parametrize("name", ["bill", "explanation", "payment"])
def test_a_strangers_claim_is_not_there_and_the_attempt_is_logged(signed_in, name, stopped_clock):
    bill, stranger = make_bill(), make_parent()
    answer = signed_in(stranger).get(reverse(f"claims:{name}", args=[bill.number]))
    assert answer.status_code == 404
    assert bill.number not in words(answer)
    access = Access.objects.get(reader_id=stranger.pk)
    assert (access.person_id, access.rule, access.purpose) == (bill.person_id, "denied", "claim")


def test_a_claim_that_is_nowhere_is_answered_in_the_same_way(signed_in, stopped_clock):
    assert signed_in(make_parent()).get(reverse("claims:bill", args=["C-2026-999999"])).status_code == 404


def test_papers_are_private_downloads_and_each_reading_is_logged(signed_in, client, stopped_clock):
    bill = make_bill(with_paper=True)
    url = reverse("claims:document", args=[bill.number, bill.documents.get().pk])
    assert client.get(url).status_code == 302
    answer = signed_in(bill.filed_by).get(url)
    assert answer.status_code == 200
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "no-store" in answer["Cache-Control"]
    assert Access.objects.get().rule == "guardian"
    stranger = make_parent()
    assert signed_in(stranger).get(url).status_code == 404
    assert Access.objects.get(reader_id=stranger.pk).rule == "denied"


def test_no_address_leads_to_the_stored_bytes(signed_in, stopped_clock):
    bill = make_bill(with_paper=True)
    paper, browser = bill.documents.get(), signed_in(bill.filed_by)
    inside = reverse("claims:document", args=[bill.number, paper.pk])
    for url in (
        f"/media/{paper.stored_as}",
        f"/private/{paper.stored_as}",
        f"/static/../{paper.stored_as}",
        f"{inside}../../../{paper.stored_as}",
        inside.replace(bill.number, f"..%2F{bill.number}"),
    ):
        assert browser.get(url).status_code == 404, url
    assert browser.get(inside, headers={"Range": "bytes=0-9"})["Content-Disposition"].startswith("inline")


def test_a_paper_is_not_found_under_another_bill(signed_in, stopped_clock):
    cover = make_covered()
    bill, other = make_bill(cover, with_paper=True), make_bill(cover, service_date=day(9))
    url = reverse("claims:document", args=[other.number, bill.documents.get().pk])
    assert signed_in(bill.filed_by).get(url).status_code == 404


def test_the_list_shows_only_ones_own_and_asks_as_many_queries_for_3_as_for_60(
    signed_in, stopped_clock, django_assert_max_num_queries, django_assert_num_queries
):
    cover = make_covered()
    foreign = make_bill()
    for number in range(3):
        make_bill(cover, service_date=day(number + 1))
    assert not Claim.objects.filter(state="review").exists()
    browser = signed_in(cover.person.registered_by)
    for _ in range(2):
        assert foreign.number not in words(browser.get(reverse("claims:mine")))
    with django_assert_max_num_queries(16) as few:
        browser.get(reverse("claims:mine"))
    for _ in range(19):
        sibling = make_covered(person=make_person(cover.person.registered_by, now=NOW - timedelta(days=101)))
        for number in range(3):
            make_bill(sibling, service_date=day(number + 1), lines=(FiledLine("drug", "x", 10_00 + number, "R03BA02"),))
    with django_assert_num_queries(len(few)):
        browser.get(reverse("claims:mine"))


def test_an_empty_list_says_what_to_do(signed_in, db):
    assert "No claims yet" in words(signed_in(make_parent()).get(reverse("claims:mine")))
