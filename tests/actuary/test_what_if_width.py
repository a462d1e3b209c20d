"""A title without a space on a phone: it wraps, the page does not grow wider."""

import pytest
from django.conf import settings
from django.urls import reverse

from apps.accounts.models import Role
from apps.actuary.models import WhatIf
from tests.chromium import browser
from tests.claims.factories import make_bill, make_covered, visit
from tests.conftest import NOW

__all__ = ["browser"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", [375, 768, 1280])
@pytest.mark.parametrize("name", ["what_if", "what_ifs"])
def test_a_long_title_wraps(browser, live_server, make_user, signed_in, width, name):
    cover, user = make_covered(), make_user("asker@example.com", Role.TREASURER)
    make_bill(cover, filing=visit())
    words = {"since": cover.start, "until": NOW.date(), "asked_at": NOW, "beat_at": NOW}
    asked = WhatIf.objects.create(
        title="W" * 120, plan_version=cover.plan_version, asked_by=user, key="0" * 32, **words
    )
    session = signed_in(user).cookies[settings.SESSION_COOKIE_NAME].value
    context = browser.new_context(base_url=live_server.url, viewport={"width": width, "height": 800})
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    page = context.new_page()
    page.goto(reverse(f"actuary:{name}", args=[asked.pk] if name == "what_if" else []))
    found = page.locator("main").inner_text()
    wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    context.close()
    assert asked.title in found.replace("\n", "")
    assert wider <= 0
