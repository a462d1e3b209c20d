"""Joining, signing in and protecting the account, as a person does it, under the strict content policy."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

pytestmark = [pytest.mark.browser, pytest.mark.urls("tests.look.urls"), pytest.mark.django_db(transaction=True)]
PASSWORD = "long-enough-1"


@pytest.fixture(autouse=True)
def allow_repeated_lookups_of_the_library(settings):
    """Two sign-in backends look the same person up one after the other, which counts as N+1."""
    settings.ZEAL_RAISE = False


@pytest.fixture
def parent(transactional_db, make_user):
    user = make_user("li@example.com", name="Li Wen")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def sign_in(page):
    page.goto("/account/login/?next=/account/2fa/")
    page.fill("[name=login]", "li@example.com")
    page.fill("[name=password]", PASSWORD)
    page.click("main .form .button")
    page.wait_for_url("**/account/2fa/")


def show_again_that_it_is_me(page):
    page.wait_for_url("**/reauthenticate/**")
    page.fill("[name=password]", PASSWORD)
    page.click("main .form .button")


def sign_out(page):
    page.click("details.menu > summary")
    with page.expect_navigation():
        page.click("text=Sign out")


def test_joining_asks_for_name_address_and_password_only(page):
    page.goto("/account/signup/?next=/account/email/")
    fields = page.locator("main .form :is(input, select):not([type=hidden])")
    assert [field.get_attribute("name") for field in fields.all()] == ["name", "email", "password1"]
    page.fill("[name=name]", "王芳")
    page.fill("[name=email]", "wang@example.com")
    page.fill("[name=password1]", PASSWORD)
    page.click("main .form .button")
    page.wait_for_url("**/account/email/")
    assert page.locator("main label >> text=wang@example.com").is_visible()
    assert page.complaints == []


def test_a_wrong_password_says_so_and_keeps_the_address(page, parent):
    page.goto("/account/login/")
    page.fill("[name=login]", "li@example.com")
    page.fill("[name=password]", "wrong")
    page.click("main .form .button")
    page.wait_for_selector("[data-summary]")
    assert page.input_value("[name=login]") == "li@example.com"
    assert page.input_value("[name=password]") == ""


def test_a_code_from_an_app_is_set_up_and_then_asked_for(page, parent):
    sign_in(page)
    page.click("text=Set up")
    show_again_that_it_is_me(page)
    page.wait_for_selector("img.qr")
    assert page.evaluate("document.querySelector('img.qr').naturalWidth") > 0
    secret = re.search(r"[A-Z2-7]{32}", page.inner_text("main"))[0]
    code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
    page.fill("[name=code]", code)
    page.click("main .form .button")
    page.wait_for_url(lambda url: "totp" not in url)
    assert page.complaints == []
    sign_out(page)
    page.goto("/account/login/")
    page.fill("[name=login]", "li@example.com")
    page.fill("[name=password]", PASSWORD)
    page.click("main .form .button")
    page.wait_for_url("**/2fa/authenticate/")


def test_a_passkey_is_added_and_opens_the_door(page, parent):
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    key = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {**key, "isUserVerified": True, "automaticPresenceSimulation": True}},
    )
    sign_in(page)
    page.click("text=Add a key")
    show_again_that_it_is_me(page)
    page.check("[name=passwordless]")
    page.click("#mfa_webauthn_add")
    page.wait_for_url(lambda url: "/add/" not in url)
    sign_out(page)
    page.goto("/account/login/?next=/account/2fa/")
    page.click("#passkey_login")
    page.wait_for_selector("main >> text=1 key")
    assert page.complaints == []
