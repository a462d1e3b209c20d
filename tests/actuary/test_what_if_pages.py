"""The pages of a what-if: choose, change, wait, read."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from apps.accounts.models import Role
from apps.actuary import services
from apps.actuary.charts import bar_label, trimmed
from apps.actuary.models import WhatIf
from apps.actuary.rules.effects import Bar
from tests.claims.factories import make_bill, make_covered, visit
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
DAYS = {"since": str(NOW.date() - timedelta(days=300)), "last_day": str(NOW.date())}


@pytest.fixture
def cover():
    cover = make_covered()
    make_bill(cover, filing=visit())
    return cover


@pytest.fixture(params=[Role.TREASURER, Role.COUNCIL])
def asker(request, make_user, signed_in):
    return signed_in(make_user("asker@example.com", request.param))


def ask_url(cover):
    return f"{reverse('actuary:ask')}?version={cover.plan_version_id}&since={DAYS['since']}&last_day={DAYS['last_day']}"


def typed(page, **changes):
    """The form as it stands, with some values typed anew."""
    form = page.context["form"]
    values = {field.html_name: field.value() for field in form}
    return {**values, "title": "At most 50 a visit", **changes}


def answered(cover, asker, **changes):
    page = asker.get(ask_url(cover))
    asker.post(ask_url(cover), typed(page, change_drug_visit_limit="50", **changes))
    services.answer_what_ifs(now=NOW)
    return WhatIf.objects.get()


def test_the_terms_are_shown_for_the_plan_chosen(cover, asker):
    first = asker.get(reverse("actuary:ask")).content.decode()
    assert "Road to Health" in first
    assert "Most for one visit" not in first
    page = asker.get(ask_url(cover)).content.decode()
    assert "Most for one visit" in page
    assert 'value="500.00"' in page


@pytest.mark.parametrize(
    ("address", "words"),
    [({"last_day": "2020-01-01"}, "before the first one"), ({"version": "987654"}, "Select a valid choice")],
    ids=["days", "plan"],
)
def test_a_scope_that_makes_no_sense_is_said_at_its_field(cover, asker, address, words):
    page = asker.get(reverse("actuary:ask"), {"version": cover.plan_version_id, **DAYS, **address})
    assert words in page.content.decode()


def test_a_question_is_asked_and_its_page_waits_for_the_answer(cover, asker):
    page = asker.get(ask_url(cover))
    sent = asker.post(ask_url(cover), typed(page, change_drug_visit_limit="¥50"))
    question = WhatIf.objects.get()
    assert sent.url == reverse("actuary:what_if", args=[question.pk])
    assert question.changes == {"drug_visit_limit": "50"}
    waiting = asker.get(sent.url).content.decode()
    assert "0 of 6 steps" in waiting
    part = asker.get(sent.url, headers={"HX-Request": "true", "HX-Target": "what-if-progress"}).content.decode().strip()
    assert part.startswith('<div class="progress"')
    assert part in waiting
    services.answer_what_ifs(now=NOW)
    done = asker.get(sent.url, headers={"HX-Request": "true", "HX-Target": "what-if-progress"})
    assert done.headers["HX-Refresh"] == "true"


@pytest.mark.parametrize("text", ["a lot", "-5", ""])
def test_a_value_that_cannot_be_read_is_said_at_its_field_and_nothing_is_lost(cover, asker, text):
    page = asker.get(ask_url(cover))
    again = asker.post(ask_url(cover), typed(page, change_drug_visit_limit=text, change_price="200"))
    said = again.content.decode()
    assert "Write it like this: 500.00 (yuan)." in said or "This field is required" in said
    assert 'value="200"' in said
    assert not WhatIf.objects.exists()


def test_terms_that_do_not_hold_together_and_a_period_ahead_are_said(cover, asker):
    page = asker.get(ask_url(cover))
    again = asker.post(ask_url(cover), typed(page, change_asthma="asthma"))
    assert "do not hold together any more: " in again.content.decode()
    assert "asthma is neither an ICD-10 code nor a range such as C00-C97. Choose another one." in again.content.decode()
    asker.cookies["django_language"] = "zh-hans"
    again = asker.post(ask_url(cover), typed(page, change_asthma="asthma"))
    assert "= asthma 既不是ICD-10编码，也不是C00-C97这样的范围。请换一个值。" in again.content.decode()
    del asker.cookies["django_language"]
    ahead = ask_url(cover).replace(DAYS["last_day"], str(NOW.date() + timedelta(days=30)))
    assert "reach into the future" in asker.post(ahead, typed(page)).content.decode()


def test_the_answer_is_shown_with_figures_a_picture_and_its_table(cover, asker):
    question = answered(cover, asker)
    page = asker.get(reverse("actuary:what_if", args=[question.pk])).content.decode()
    assert "−¥70.00" in page
    assert "<td" in page
    assert "up to ¥100 less" in page
    assert question.result_hash in page
    for theme in ("light", "dark"):
        picture = asker.get(reverse("actuary:what_if_chart", args=[question.pk]), {"theme": theme})
        assert picture["Content-Type"] == "image/svg+xml"
        assert picture.content.startswith(b"<svg")


def test_a_question_without_changes_says_so_and_one_given_up_too(cover, asker):
    page = asker.get(ask_url(cover))
    asker.post(ask_url(cover), typed(page))
    question = WhatIf.objects.get()
    WhatIf.objects.filter(pk=question.pk).update(state="failed")
    said = asker.get(reverse("actuary:what_if", args=[question.pk])).content.decode()
    assert "under the same terms" in said
    assert "could not be worked out" in said


def test_a_warning_stands_where_the_engine_decides_otherwise_than_then(cover, asker, monkeypatch):
    monkeypatch.setattr("apps.actuary.services.what_ifs.load_terms", shrunk)
    question = answered(cover, asker)
    assert question.effect.differs == 1
    page = asker.get(reverse("actuary:what_if", args=[question.pk])).content.decode()
    assert "Not every claim is decided as it was then" in page


def shrunk(data, parameters=None):
    from apps.plans.rules import load_terms

    return load_terms(data, {"drug_visit_limit": "1.00", **(parameters or {})})


@pytest.mark.parametrize("rows", [3, 60])
def test_the_list_costs_the_same_with_3_and_with_60_rows(cover, asker, rows, django_assert_num_queries):
    question = answered(cover, asker)
    WhatIf.objects.bulk_create(
        WhatIf(
            title=f"Q{n}",
            plan_version_id=question.plan_version_id,
            since=question.since,
            until=question.until,
            asked_by=question.asked_by,
            asked_at=NOW,
            beat_at=NOW,
            key=uuid4(),
        )
        for n in range(rows)
    )
    asker.get(reverse("actuary:what_ifs"))
    with django_assert_num_queries(6):
        asker.get(reverse("actuary:what_ifs"))


def test_an_empty_list_says_what_to_do(asker):
    assert "No question was asked yet" in asker.get(reverse("actuary:what_ifs")).content.decode()


@pytest.mark.parametrize(
    ("bar", "words"),
    [
        (Bar(None, -500_000, 1), "more than ¥5,000 less"),
        (Bar(-100_000, -50_000, 1), "¥500 to ¥1,000 less"),
        (Bar(-10_000, -1, 1), "up to ¥100 less"),
        (Bar(-1, 0, 1), "as before"),
        (Bar(0, 10_000, 1), "up to ¥100 more"),
        (Bar(10_000, 50_000, 1), "¥100 to ¥500 more"),
        (Bar(500_000, None, 1), "more than ¥5,000 more"),
    ],
)
def test_bars_say_what_they_are(bar, words):
    assert bar_label(bar) == words


def test_bars_nobody_is_in_are_left_out_at_both_ends():
    bars = [Bar(None, -2, 0), Bar(-2, -1, 3), Bar(-1, 0, 0), Bar(0, 2, 0), Bar(2, None, 0)]
    assert trimmed(bars) == bars[1:3]
