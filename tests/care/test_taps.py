"""A doctor's morning on a phone, counted in taps: at most 8 for a follow-up and 5 for a referral from inside it."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client

from apps.care.models import FollowUp
from apps.core import clock
from apps.referrals.models import Referral
from tests.care.factories import make_doctor, make_patient, make_visit
from tests.chromium import browser
from tests.referrals.factories import make_hospital

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

__all__ = ["browser"]


class Phone:
    """A page that counts what a finger does; typing a number is one tap on its field."""

    def __init__(self, page):
        self.page, self.taps = page, 0

    def tap(self, locator):
        self.taps += 1
        locator.click()

    def write(self, label, text):
        self.tap(self.page.get_by_label(label))
        self.page.keyboard.type(text)

    def check_accessible(self):
        found = Axe().run(self.page).response["violations"]
        assert [one["id"] for one in found if one["impact"] in {"serious", "critical"}] == []


@pytest.fixture
def phone_of(browser, live_server):
    contexts = []

    def open_phone(user):
        client = Client()
        client.force_login(user)
        context = browser.new_context(base_url=live_server.url, viewport={"width": 375, "height": 812})
        cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
        context.add_cookies([cookie])
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        return Phone(page)

    yield open_phone
    for context in contexts:
        context.close()


def test_a_calm_follow_up_takes_three_taps_and_a_referral_three_more(phone_of):
    make_hospital()
    doctor, at = make_doctor(), clock.now()
    calm, worse = (make_patient(doctor, now=at, name=name) for name in ("Calm Child", "Worse Child"))
    for contract in (calm, worse):
        make_visit(contract, now=at)
        contract.person.tasks.filter(state="open").update(opens=clock.business_day(at))
    phone = phone_of(doctor.user)
    phone.page.goto("/care/today/")
    phone.check_accessible()

    phone.tap(phone.page.get_by_role("link", name="Calm Child"))
    phone.check_accessible()
    phone.write("Peak flow, morning", "340")
    phone.tap(phone.page.get_by_role("button", name="Save and next"))
    phone.page.get_by_role("heading", name="Worse Child").wait_for()
    assert phone.taps <= 3  # the budget is 8
    phone.taps = 0
    assert FollowUp.objects.filter(person=calm.person).count() == 2

    phone.write("Peak flow, morning", "200")
    phone.tap(phone.page.get_by_text("very much", exact=True))
    phone.tap(phone.page.get_by_role("button", name="Save and next"))
    phone.page.get_by_text("Asthma is very poorly controlled").first.wait_for()
    phone.check_accessible()
    assert phone.taps <= 3
    phone.taps = 0
    phone.tap(phone.page.get_by_role("link", name="Refer"))
    phone.tap(phone.page.get_by_label("The family agrees"))
    phone.check_accessible()
    phone.tap(phone.page.get_by_role("button", name="Send the referral"))
    phone.page.get_by_text("The referral is sent.").wait_for()
    assert phone.taps <= 3  # the budget is 5
    assert Referral.objects.get().state == "submitted"
