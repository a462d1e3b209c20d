"""The pages of a what-if: choose, change, wait, read."""

import json
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from apps.accounts.models import Role
from apps.actuary import services
from apps.actuary.charts import bar_label, trimmed
from apps.actuary.models import WhatIf
from apps.actuary.rules.effects import Bar
from apps.claims.rules.filing import FiledLine
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
    [
        ({"last_day": "2020-01-01"}, "before the first one"),
        ({"last_day": "0001-01-01"}, "before the first one"),
        ({"last_day": str(NOW.date() + timedelta(days=1))}, "cannot be in the future"),
        ({"last_day": "9999-12-31"}, "cannot be in the future"),
        ({"since": "9999-12-31", "last_day": "9999-12-31"}, "cannot be in the future"),
        ({"last_day": "10000-01-01"}, "Enter a real date"),
        ({"version": "987654"}, "Select a valid choice"),
    ],
    ids=str,
)
def test_a_scope_that_makes_no_sense_is_said_at_its_field(cover, asker, address, words):
    page = asker.get(reverse("actuary:ask"), {"version": cover.plan_version_id, **DAYS, **address})
    assert words in page.content.decode()


def test_a_question_is_asked_and_its_page_waits_for_the_answer(cover, asker):
    page = asker.get(ask_url(cover))
    sent = asker.post(ask_url(cover), typed(page, change_drug_visit_limit="¥50"))
    question = WhatIf.objects.get()
    assert sent.url == reverse("actuary:what_if", args=[question.pk])
    assert question.changes == {"drug_visit_limit": "50.00"}
    waiting = asker.get(sent.url).content.decode()
    assert "0 of 6 steps" in waiting
    part = asker.get(sent.url, headers={"HX-Request": "true", "HX-Target": "what-if-progress"}).content.decode().strip()
    assert part.startswith('<div class="progress"')
    assert part in waiting
    services.answer_what_ifs(now=NOW)
    done = asker.get(sent.url, headers={"HX-Request": "true", "HX-Target": "what-if-progress"})
    assert done.headers["HX-Refresh"] == "true"


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("drug_visit_limit", "a lot", "Enter an amount in yuan with digits only"),
        ("drug_visit_limit", "12,50", "Enter an amount in yuan with digits only"),
        ("drug_visit_limit", "12.505", "Yuan have two decimals at most"),
        ("drug_visit_limit", "-5", "cannot be below zero"),
        ("drug_visit_limit", "", "Enter the amount."),
        ("age_to", "old", "Write it like this: 17 (years)."),
        ("drug_list", "；；；", "Write it like this: R03 (codes, with commas between)."),
        ("drug_list", "R03, banana", "“banana” is not an ATC code"),
        ("drug_list", "R03, ！", "“!” is not a code"),
        ("asthma", "banana", "banana is neither an ICD-10 code nor a range"),
    ],
)
def test_a_value_that_cannot_be_read_is_said_at_its_field_and_nothing_is_lost(cover, asker, field, text, words):
    page = asker.get(ask_url(cover))
    again = asker.post(ask_url(cover), typed(page, **{f"change_{field}": text, "change_price": "200"}))
    assert words in str(again.context["form"].errors[f"change_{field}"])
    assert 'value="200"' in again.content.decode()
    assert not WhatIf.objects.exists()


@pytest.mark.parametrize(
    ("field", "text", "written"),
    [
        ("drug_visit_limit", "１００", "100.00"),
        ("drug_visit_limit", "300元", "300.00"),
        ("drug_visit_limit", "1,250", "1250.00"),
        ("drug_visit_limit", "0", "0.00"),
        ("drug_list", "r03，A02BC", ["r03", "A02BC"]),
        ("asthma", "J45", ["J45"]),
    ],
)
def test_a_value_is_read_as_everywhere_in_the_portal(cover, asker, field, text, written):
    page = asker.get(ask_url(cover))
    asker.post(ask_url(cover), typed(page, **{f"change_{field}": text}))
    assert WhatIf.objects.get().changes == {field: written}


def test_terms_that_do_not_hold_together_are_said(cover, asker):
    page = asker.get(ask_url(cover))
    again = asker.post(ask_url(cover), typed(page, change_asthma="asthma"))
    assert "do not hold together any more: " in again.content.decode()
    assert "asthma is neither an ICD-10 code nor a range such as C00-C97. Choose another one." in again.content.decode()
    asker.cookies["django_language"] = "zh-hans"
    again = asker.post(ask_url(cover), typed(page, change_asthma="asthma"))
    assert "= asthma 既不是ICD-10编码，也不是C00-C97这样的范围。请换一个值。" in again.content.decode()
    del asker.cookies["django_language"]


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_day_ahead_asks_nothing(cover, asker, method):
    form = typed(asker.get(ask_url(cover)))
    ahead = ask_url(cover).replace(DAYS["last_day"], "9999-12-31")
    said = getattr(asker, method)(ahead, form if method == "post" else None).content.decode()
    assert "cannot be in the future" in said
    assert not WhatIf.objects.exists()


@pytest.mark.parametrize("last_day", ["0001-01-01", str(NOW.date())])
def test_a_period_from_the_first_day_of_the_calendar_is_answered(cover, asker, last_day):
    url = f"{reverse('actuary:ask')}?version={cover.plan_version_id}&since=0001-01-01&last_day={last_day}"
    asker.post(url, typed(asker.get(url)))
    services.answer_what_ifs(now=NOW)
    page = asker.get(reverse("actuary:what_if", args=[WhatIf.objects.get().pk])).content.decode()
    assert "In total" in page
    assert "Reserve for claims not filed yet" not in page


def test_the_answer_is_shown_with_figures_a_picture_and_its_table(cover, asker):
    for _ in range(4):
        make_bill(make_covered(), filing=visit())
    question = answered(cover, asker)
    page = asker.get(reverse("actuary:what_if", args=[question.pk])).content.decode()
    assert "−¥350.00" in page
    assert "<td" in page
    assert "up to ¥100 less" in page
    assert question.result_hash in page
    for theme in ("light", "dark"):
        picture = asker.get(reverse("actuary:what_if_chart", args=[question.pk]), {"theme": theme})
        assert picture["Content-Type"] == "image/svg+xml"
        assert picture.content.startswith(b"<svg")


def test_fewer_than_five_people_are_told_of_nowhere(cover, asker):
    for _ in range(3):
        make_bill(make_covered(), filing=visit())
    question = answered(cover, asker)
    assert json.dumps(question.result["effect"]).count("280") == 0
    page = asker.get(reverse("actuary:what_if", args=[question.pk]))
    said = re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", page.content.decode()))
    assert "280.00" not in said
    assert "People who get less Fewer than five" in said
    assert "claims of fewer than five people" in said
    assert not page.context["shown"].groups
    assert "280.00" not in asker.get(reverse("actuary:what_ifs")).content.decode()
    assert asker.get(reverse("actuary:what_if_chart", args=[question.pk])).status_code == 404


def test_one_among_many_is_told_of_nowhere(cover, asker):
    for _ in range(8):
        make_bill(make_covered(), filing=visit(lines=(FiledLine("drug", "Budesonide", 40_00, "R03BA02"),)))
    question = answered(cover, asker)
    page = asker.get(reverse("actuary:what_if", args=[question.pk])).content.decode()
    assert "−¥70.00" not in page
    assert "as before or less" in page
    assert page.count("Not shown") >= 4
    assert "up to ¥100 less" not in page
    picture = asker.get(reverse("actuary:what_if_chart", args=[question.pk])).content.decode()
    assert "as before or less" in picture
    assert "up to" not in picture


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
        (Bar(-1, None, 1), "as before or more"),
        (Bar(-1, 10_000, 1), "as before or up to ¥100 more"),
        (Bar(None, 0, 1), "as before or less"),
        (Bar(-10_000, 0, 1), "as before or up to ¥100 less"),
        (Bar(None, None, 1), "as before, more or less"),
        (Bar(None, 10_000, 1), "as before, more or less"),
    ],
)
def test_bars_say_what_they_are(bar, words):
    assert bar_label(bar) == words


def test_bars_nobody_is_in_are_left_out_at_both_ends():
    bars = [Bar(None, -2, 0), Bar(-2, -1, 3), Bar(-1, 0, 0), Bar(0, 2, 0), Bar(2, None, 0)]
    assert trimmed(bars) == bars[1:3]
    assert trimmed([]) == []
