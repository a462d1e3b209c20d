"""Someone at a browser: goes to pages, fills forms, presses the one primary button; every page is checked by axe."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page

from apps.portal.demo.alliance import DOMAIN, PASSWORD

SERIOUS = {"serious", "critical"}
PRIMARY = "main form button.button:not(.is-quiet), main a.button:not(.is-quiet)"
axe = Axe()


@dataclass
class Visitor:
    """A browser of one person, in one language and of one width."""

    browser: Browser
    base: str
    language: str = "en"
    width: int = 375
    has_scripts: bool = True
    page: Page = field(init=False)
    seen: set[str] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        context = self.browser.new_context(
            base_url=self.base,
            viewport={"width": self.width, "height": 820},
            locale="zh-CN" if self.language == "zh-hans" else "en-GB",
            timezone_id="Asia/Shanghai",
            java_script_enabled=self.has_scripts,
        )
        self.page = context.new_page()
        self.page.set_default_timeout(30_000)
        self.page.on("console", self._listen)

    def _listen(self, message) -> None:
        if message.type == "error" and "Content Security Policy" in message.text:
            self.complaints.append(message.text)

    def go(self, path: str) -> None:
        response = self.page.goto(path)
        assert response is not None
        assert response.status == 200, f"{path}: {response.status}"
        self.check()

    def check(self) -> None:
        """Axe finds nothing serious, nothing is wider than the phone, the policy of the page is kept."""
        self.page.wait_for_load_state()
        key = re.sub(r"\d+", "N", self.page.url)
        if key in self.seen or not self.has_scripts:
            return
        self.seen.add(key)
        found = axe.run(self.page, options={"resultTypes": ["violations"]}).response["violations"]
        bad = [(each["id"], each["nodes"][0]["html"]) for each in found if each["impact"] in SERIOUS]
        assert bad == [], f"{self.page.url}: {bad}"
        overflow = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert overflow <= 0, f"{self.page.url} is {overflow} px too wide"
        assert self.complaints == []

    def sign_in(self, login: str) -> Visitor:
        self.go("/account/login/")
        self.fill(login=f"{login}@{DOMAIN}" if "@" not in login else login, password=PASSWORD)
        self.press()
        assert "/account/login" not in self.page.url, self.text
        return self

    def fill(self, **values: str) -> None:
        for name, value in values.items():
            self.page.fill(f"main [name='{name}']", value)

    def choose(self, **values: str) -> None:
        """Tick a radio button or box, or pick from a list."""
        for name, value in values.items():
            control = self.page.locator(f"main [name='{name}']").first
            if control.evaluate("e => e.tagName") == "SELECT":
                control.select_option(value)
            else:
                self.tick(self.page.locator(f"main [name='{name}'][value='{value}']"))

    def tick_all(self) -> None:
        for box in self.page.locator("main form input[type=checkbox]").all():
            self.tick(box)

    def tick(self, box: Locator) -> None:
        """Tick it where a person would: on its label."""
        if not box.is_checked():
            self.page.locator(f"label[for='{box.get_attribute('id')}']").first.click()
        assert box.is_checked()

    def press(self, selector: str = PRIMARY) -> None:
        """The one primary button, or the one named."""
        self.page.locator(selector).first.click()
        self.check()

    def follow(self, href: str) -> None:
        """Follow the link whose address contains this."""
        self.page.locator(f"main a[href*='{href}']").first.click()
        self.check()

    def until(self, selector: str, seconds: float = 60) -> None:
        """Look at the page again until something is there: work goes on in the background."""
        deadline = time.monotonic() + seconds
        while not self.page.locator(selector).count():
            assert time.monotonic() < deadline, f"{self.page.url}: no {selector}\n{self.text}"
            time.sleep(0.5)
            self.page.reload()

    @property
    def text(self) -> str:
        return self.page.locator("main").inner_text()

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.base)
