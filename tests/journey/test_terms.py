"""Terms as people meet them: a visitor tries a plan out, the treasurer asks "what if", a parent reads the reasons."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from apps.core.clock import business_day, now
from tests.journey.people import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.own_day]
VISITORS = [("zh-hans", 375), ("en", 1280)]
BY_PRESSING = "#calculator form button"


@pytest.mark.parametrize(("language", "width"), VISITORS, ids=["zh at 375 px", "en at 1280 px"])
def test_a_visitor_makes_up_a_bill_and_sees_what_the_plan_pays(portal, chromium, language, width):
    visitor = Visitor(chromium, portal, language, width)
    visitor.go("/plans/")
    visitor.follow("/plans/asthma-road-to-health/")
    visitor.fill(bill="1000", others="400")
    visitor.page.locator("#calculator-result :text('¥600.00')").first.wait_for()  # and nobody pressed
    visitor.choose(what="drug")
    visitor.page.locator("#calculator-result :text('¥500.00')").first.wait_for()  # at most that for one visit
    assert visitor.page.input_value("main [name=others]") == "400"
    visitor.fill(others="1001")
    visitor.page.locator("#calculator-result .error").wait_for()
    visitor.seen.clear()
    visitor.check()
    visitor.go("/who-pays/")


def test_without_scripts_the_calculator_waits_to_be_pressed(portal, chromium):
    visitor = Visitor(chromium, portal, has_scripts=False)
    visitor.go("/plans/asthma-road-to-health/")
    visitor.fill(bill="1000", others="400")
    visitor.press(BY_PRESSING)
    assert "¥600.00" in visitor.text
    assert visitor.page.input_value("[name=bill]") == "1000"


@pytest.mark.parametrize(("language", "width"), VISITORS, ids=["zh at 375 px", "en at 1280 px"])
def test_the_treasurer_asks_what_other_terms_would_have_paid(portal, chromium, language, width):
    treasurer = Visitor(chromium, portal, language, width).sign_in("treasurer")
    treasurer.go("/close/what-if/")
    treasurer.follow("/close/what-if/ask/")
    options = treasurer.page.locator("main [name=version] option")
    asthma = next(one for one in options.all() if re.search("哮喘|Road to Health", one.inner_text()))
    treasurer.choose(version=asthma.get_attribute("value"))
    today = business_day(now())
    treasurer.fill(since=str(today - timedelta(days=500)), last_day=str(today))
    treasurer.press("main form[method=get] button")
    title = f"At most 100 a visit, {language}"
    treasurer.fill(title=title, change_drug_visit_limit="100")
    treasurer.press("main form[method=post] button")
    saved = treasurer.path
    assert re.fullmatch(r"/close/what-if/\d+/", saved), treasurer.text
    treasurer.page.locator("main .stats").first.wait_for()  # the bar fills, then the answer comes by itself
    treasurer.seen.clear()
    treasurer.check()
    treasurer.go("/close/what-if/")
    assert title in treasurer.text
    council = Visitor(chromium, portal, language, width).sign_in("chair")
    council.go(saved)
    assert "100" in council.page.locator("main table").first.inner_text()


@pytest.mark.parametrize(("language", "width"), VISITORS, ids=["zh at 375 px", "en at 1280 px"])
def test_a_parent_reads_why_and_takes_the_paper_along(portal, chromium, language, width):
    parent = Visitor(chromium, portal, language, width).sign_in("parent")
    parent.go("/claims/")
    paid = parent.page.locator("main tr:has-text('¥') a[href^='/claims/C-']").first
    claim = paid.get_attribute("href")
    parent.go(claim)
    parent.go(f"{claim}explanation/")
    assert re.search(r"¥[\d,]+\.\d\d", parent.text)
    with parent.page.expect_download() as taken:
        parent.page.locator("main a[href$='.pdf']").first.click()
    paper = taken.value
    assert paper.suggested_filename.endswith(".pdf")
    assert paper.path().read_bytes().startswith(b"%PDF-")


def test_a_treasurer_drafts_terms_and_sees_what_is_wrong_at_its_line(portal, chromium):
    writer = Visitor(chromium, portal, "en", 1280).sign_in("treasurer")
    writer.go("/terms/")
    writer.page.locator("main a[href$='/draft/']").first.click()
    writer.check()
    writer.press()
    text = writer.page.input_value("main [name=text]")
    wrong = re.sub(r"(?m)^version:.*$", "version: {wrong: 1}", text)
    line = 1 + wrong.splitlines().index("version: {wrong: 1}")
    writer.fill(text=wrong)
    writer.press("main form.is-wide button")
    assert re.search(rf"Line {line}:", writer.text)
    assert writer.page.input_value("main [name=text]") == wrong  # nothing typed is lost
    soon = business_day(now()) + timedelta(days=30)
    right = re.sub(r"(?m)^version:.*$", 'version: "2099.1"', text)
    writer.fill(text=re.sub(r"from: \d{4}-\d\d-\d\d", f"from: {soon}", right))
    writer.press("main form.is-wide button")
    assert "Line" not in writer.text
    assert "2099.1" in writer.page.locator("main table").last.inner_text()
    writer.press("main form[action$='/drop/'] button")
    assert writer.path == "/terms/"
