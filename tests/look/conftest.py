"""A real browser on the portal with the gallery beside it."""

from pathlib import Path

import pytest

from tests.chromium import browser

__all__ = ["browser"]
TEMPLATES = Path(__file__).parent / "templates"


@pytest.fixture
def site(live_server, settings):
    engine = settings.TEMPLATES[0]
    settings.TEMPLATES = [{**engine, "DIRS": [*engine["DIRS"], TEMPLATES]}]
    return live_server.url


@pytest.fixture
def page(browser, site):
    context = browser.new_context(base_url=site, viewport={"width": 375, "height": 812})
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.complaints = []
    page.on("console", lambda message: page.complaints.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
