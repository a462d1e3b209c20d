"""Debian's Chromium for the tests: the one without a window where it is installed, it costs half as much."""

import os
import shutil
from contextlib import contextmanager

import pytest
from playwright.sync_api import sync_playwright

NAMES = ("chromium-headless-shell", "chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@contextmanager
def chromium_running():
    """A browser until the end of the block; without one, continuous integration fails and a person skips."""
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        assert os.environ.get("CI") != "true", "no Chromium: install it (apt-get install chromium-headless-shell)"
        pytest.skip("no Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def browser():
    """The browser beside a server in this very process: Playwright's loop must not stop Django's queries."""
    with pytest.MonkeyPatch.context() as patch, chromium_running() as browser:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield browser
