"""A sandbox bank inside the test process: the real service and store behind the real gateway, without a socket.

Use it in any app's conftest:  ``from tests.payments.fixtures import sandbox``
"""

import httpx
import pytest

from apps.payments import gateway
from apps.payments.gateway import SandboxBank
from apps.payments.sandbox.service import Service
from apps.payments.sandbox.store import Store

_service: list[Service] = []


class InProcessBank(SandboxBank):
    def __init__(self) -> None:
        self.client = httpx.Client(transport=httpx.WSGITransport(app=_service[-1]), base_url="http://bank.test")


class Sandbox:
    """What tests do to the bank and ask of it."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def order_fault(self, action: str, on: str = "submit", times: int = 1, amount_fen: int | None = None) -> None:
        self.store.order_fault(on, action, times, 0.0, amount_fen)

    def pay(self, key: object, action: str = "now") -> None:
        """Be the person who presses a button on the payment page."""
        checkout = self.store.checkout(str(key))
        assert checkout is not None, "the payment page was never opened"
        self.store.pay_checkout(checkout["token"], action, 0.0)

    def payments(self, key: object) -> int:
        """How often the bank paid this key."""
        return sum(row["key"] == str(key) and row["state"] == "accepted" for row in self.store.payments())


@pytest.fixture
def sandbox(tmp_path, settings):
    store = Store(tmp_path / "bank.sqlite3")
    _service.append(Service(store, sleep=lambda _: None))
    settings.PAYMENT_GATEWAY = "tests.payments.fixtures.InProcessBank"
    gateway.bank.cache_clear()
    yield Sandbox(store)
    gateway.bank.cache_clear()
    _service.pop()
    store.close()


@pytest.fixture
def dead_bank(settings):
    """The real gateway, and nobody at the other end."""
    settings.PAYMENT_GATEWAY = "apps.payments.gateway.SandboxBank"
    settings.SANDBOX_URL = "http://127.0.0.1:9"
    gateway.bank.cache_clear()
    yield
    gateway.bank.cache_clear()
