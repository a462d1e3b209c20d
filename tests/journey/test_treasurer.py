"""The treasurer's bad day: the bank pays a fen too little and loses an answer; both are put right from the desk."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

import httpx
import pytest

from tests.journey.people import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.own_day]
SECONDS = 60


class Bank:
    """The sandbox bank of the demo, which listens beside it."""

    def __init__(self, base: str) -> None:
        parts = urlsplit(base)
        self.client = httpx.Client(base_url=f"http://{parts.hostname}:{(parts.port or 80) + 1}", timeout=20)

    def err(self, on: str, action: str, times: int = 1) -> None:
        self.client.post("/faults", json={"on": on, "action": action, "times": times, "seconds": 0}).raise_for_status()

    def mend(self) -> None:
        self.client.delete("/faults").raise_for_status()

    def payments(self) -> int:
        return len(self.client.get("/payments").json()["payments"])


def claim_is_approved(officer: Visitor, bank: Bank) -> None:
    """One more payment at the bank."""
    before = bank.payments()
    officer.go("/claims/queue/")
    officer.page.locator("main table a").first.click()
    officer.check()
    officer.press()  # take it
    officer.choose(outcome="approve")
    officer.press("main form button.button:not(.is-quiet) >> nth=-1")
    deadline = time.monotonic() + SECONDS
    while bank.payments() == before:
        assert time.monotonic() < deadline, officer.text
        time.sleep(0.5)


def unknown_payment_is_found_out(treasurer: Visitor, bank: Bank) -> None:
    treasurer.go("/payments/?state=unknown")
    treasurer.until("main table a")
    treasurer.page.locator("main table a").first.click()
    treasurer.check()
    assert treasurer.page.locator("main .notice").count()
    bank.mend()
    treasurer.press("main form[action$='/ask/'] button")
    treasurer.until("main .chip.is-ok")


def difference_is_proposed(treasurer: Visitor) -> str:
    treasurer.go("/payments/desk/")
    treasurer.follow("/payments/differences/")
    treasurer.until("main a[href^='/payments/differences/']")
    treasurer.page.locator("main a[href^='/payments/differences/']").first.click()
    treasurer.check()
    treasurer.tick(treasurer.page.locator("main [name=what][value^='order:']").first)
    treasurer.fill(reason="The bank kept one fen; it stays owed.")
    treasurer.press("main form button.button:not(.is-quiet) >> nth=-1")
    assert "/payments/proposals/" in treasurer.path, treasurer.text
    assert not treasurer.page.locator("main button[value=confirm]").count()
    return treasurer.path


def second_person_confirms(chair: Visitor, proposal: str) -> None:
    chair.go("/home/")
    chair.follow("/payments/proposals/")
    chair.go(proposal)
    chair.press("main button[value=confirm]")
    assert chair.page.locator(f"main a[href='{proposal}']").count(), chair.text


@pytest.mark.parametrize(("language", "width"), [("zh-hans", 375), ("en", 1280)], ids=["zh at 375 px", "en at 1280 px"])
def test_an_unknown_payment_and_a_difference_are_put_right(portal, chromium, language, width):
    def visitor(login: str) -> Visitor:
        return Visitor(chromium, portal, language, width).sign_in(login)

    bank, officer, treasurer = Bank(portal), visitor("officer"), visitor("treasurer")
    bank.err("submit", "wrong-amount")
    claim_is_approved(officer, bank)
    bank.err("inquire", "500", times=99)
    bank.err("submit", "502-done")
    claim_is_approved(officer, bank)
    unknown_payment_is_found_out(treasurer, bank)
    second_person_confirms(visitor("chair"), difference_is_proposed(treasurer))
    treasurer.go("/payments/differences/")
    treasurer.until("main .empty")
    treasurer.go("/payments/statements/")
    treasurer.go("/payments/files/")
