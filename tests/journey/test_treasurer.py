"""The treasurer's bad day: the bank pays a fen too little and loses an answer; both are put right from the desk."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

import httpx
import pytest

from tests.journey.people import Visitor
from tests.journey.test_whole_loop import (
    World,
    officer_decides,
    parent_files_a_claim,
    parent_joins_a_plan_and_pays,
    parent_registers_and_adds_a_child,
)

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


def claim_is_approved(world: World, bank: Bank) -> None:
    """A new family, a claim, an officer's yes: one more payment at the bank."""
    before = bank.payments()
    parent = parent_registers_and_adds_a_child(world)
    parent_joins_a_plan_and_pays(world, parent)
    officer_decides(world, parent_files_a_claim(parent))
    deadline = time.monotonic() + SECONDS
    while bank.payments() == before:
        assert time.monotonic() < deadline, parent.text
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


def difference_is_proposed(treasurer: Visitor) -> tuple[str, str]:
    """Where the line is, and the proposal about it."""
    treasurer.go("/payments/desk/")
    treasurer.follow("/payments/differences/")
    treasurer.until("main a[href^='/payments/differences/']")
    treasurer.page.locator("main a[href^='/payments/differences/']").first.click()
    treasurer.check()
    line = treasurer.path
    treasurer.tick(treasurer.page.locator("main [name=what][value^='order:']").first)
    treasurer.fill(reason="The bank kept one fen; it stays owed.")
    treasurer.press("main form button.button:not(.is-quiet) >> nth=-1")
    assert "/payments/proposals/" in treasurer.path, treasurer.text
    assert not treasurer.page.locator("main button[value=confirm]").count()
    return line, treasurer.path


def second_person_confirms(chair: Visitor, proposal: str) -> None:
    chair.go("/home/")
    chair.follow("/payments/proposals/")
    chair.go(proposal)
    chair.press("main button[value=confirm]")
    assert chair.page.locator(f"main a[href='{proposal}']").count(), chair.text


@pytest.mark.parametrize(("language", "width"), [("zh-hans", 375), ("en", 1280)], ids=["zh at 375 px", "en at 1280 px"])
def test_an_unknown_payment_and_a_difference_are_put_right(portal, chromium, language, width):
    def world() -> World:
        return World(chromium, portal, language, width)

    bank, treasurer = Bank(portal), world().visitor("treasurer")
    bank.err("submit", "wrong-amount")
    claim_is_approved(world(), bank)
    for place in ("inquire", "statement"):  # or its statement would settle it before anybody looks
        bank.err(place, "500", times=9_999)
    bank.err("submit", "502-done")
    claim_is_approved(world(), bank)
    unknown_payment_is_found_out(treasurer, bank)
    line, proposal = difference_is_proposed(treasurer)
    second_person_confirms(world().visitor("chair"), proposal)
    treasurer.go("/payments/differences/")
    assert not treasurer.page.locator(f"main a[href='{line}']").count(), treasurer.text
    treasurer.go(line)
    assert not treasurer.page.locator("main [name=what]").count()
    treasurer.go("/payments/statements/")
    treasurer.go("/payments/files/")
