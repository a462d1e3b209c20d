"""In a real browser: nothing typed is lost, nothing is sent twice, every look is readable for everyone."""

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = [pytest.mark.browser, pytest.mark.urls("tests.look.urls"), pytest.mark.django_db(transaction=True)]


def send(page):
    page.locator("main .form .button").first.click()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("path", ["/look/", "/look/form/", "/account/login/", "/account/signup/", "/nowhere/"])
def test_no_barrier_and_no_sideways_scrolling(browser, site, path, width, scheme):
    context = browser.new_context(
        base_url=site, viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(path)
    found = [(rule["id"], rule["nodes"][0]["html"]) for rule in Axe().run(page).response["violations"]]
    wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    context.close()
    assert found == []
    assert wider <= 0


def test_the_content_security_policy_has_nothing_to_complain_about(page):
    page.goto("/look/form/")
    send(page)
    page.wait_for_selector("[data-summary]")
    page.wait_for_selector("[data-summary]:focus")
    assert page.complaints == []


def test_a_draft_outlives_an_ended_session_with_its_key(page):
    page.goto("/look/form/")
    page.fill("[name=name]", "李小明")
    page.check("text=Hospital stay")
    page.check("text=Wheezing")
    key = page.input_value("[name=key]")
    page.context.clear_cookies()
    send(page)
    page.wait_for_selector("text=Your page was open for too long")
    page.goto("/look/form/")
    assert page.input_value("[name=name]") == "李小明"
    assert page.is_checked("text=Hospital stay")
    assert page.is_checked("text=Wheezing")
    assert page.input_value("[name=key]") == key


def test_a_draft_is_forgotten_once_another_page_answers(page):
    page.goto("/look/form/")
    page.fill("[name=name]", "Anna")
    page.evaluate("document.querySelector('main form').action = '/look/lines/'")
    send(page)
    page.wait_for_url("**/look/lines/")
    page.goto("/look/form/")
    assert page.input_value("[name=name]") == ""


def test_a_draft_stays_when_one_looks_elsewhere_before_sending(page):
    page.goto("/look/form/")
    page.fill("[name=name]", "Anna")
    page.goto("/account/signup/")
    page.goto("/look/lines/")
    page.goto("/look/form/")
    assert page.input_value("[name=name]") == "Anna"


def test_two_presses_send_once(page):
    posts = []
    page.on("request", lambda request: posts.append(request) if request.method == "POST" else None)
    page.goto("/look/form/")
    page.evaluate("""() => {
        const form = document.querySelector("main form");
        form.requestSubmit(); form.requestSubmit();
    }""")
    page.wait_for_selector("[data-summary]")
    assert len(posts) == 1
    assert page.locator("main .button.is-sent").count() == 0


def test_chosen_files_are_listed(page, tmp_path):
    first, second = tmp_path / "receipt.jpg", tmp_path / "report.pdf"
    first.write_bytes(b"x" * 3000)
    second.write_bytes(b"x" * 10)
    page.goto("/look/form/")
    page.set_input_files("[name=receipts]", [first, second])
    assert page.locator(".file-names li").all_inner_texts() == ["receipt.jpg (3 KB)", "report.pdf (1 KB)"]


def test_the_language_switch_keeps_the_page(page):
    page.goto("/account/password/reset/?next=/x/")
    page.click("text=中文")
    page.wait_for_selector("html[lang=zh-hans]")
    assert page.url.endswith("/account/password/reset/?next=/x/")
