"""Accounts, orders and checkouts for tests, made through the real services."""

from datetime import datetime, timedelta
from itertools import count
from uuid import uuid4

from apps.payments.gateway import StatementFact
from apps.payments.models import Checkout, Order, PayeeAccount
from apps.payments.rules.matching import LineKind
from apps.payments.services import name_payee_account, open_checkout, request_payment, send_due_payments
from tests.fund.factories import NOW, PLAN, claim_owed

NUMBER = "6222020200112233445"
_numbers = count(1)


def payee(owner_id: int | None = None, number: str = NUMBER, now: datetime = NOW, **changes: object) -> PayeeAccount:
    """An account, usable at once when it is the owner's first."""
    values = {
        "owner": ("members.person", owner_id or next(_numbers)),
        "holder_name": "Lin Yue",
        "bank": "Bank of Sandbox",
        "number": number,
        "actor": None,
        "key": uuid4(),
        "now": now,
    }
    return name_payee_account(**{**values, **changes})


def order(fen: int = 10_000, owed: bool = True, **changes: object) -> Order:
    """A payment asked for; what it pays is owed first."""
    number = next(_numbers)
    if owed:
        claim_owed(fen)
    values = {
        "key": f"claim:{number}:1",
        "purpose": "claim",
        "source": ("claims.claim", number),
        "amount_fen": fen,
        "owed_account": f"claims-payable:{PLAN}",
        "now": NOW,
    }
    if "payee_account_id" not in changes:
        values["payee_account_id"] = payee().pk
    return request_payment(**{**values, **changes})


def checkout(fen: int = 60_000, now: datetime = NOW, **changes: object) -> Checkout:
    number = next(_numbers)
    values = {
        "key": f"contribution:{number}",
        "source": ("enrolments.contribution", number),
        "amount_fen": fen,
        "return_url": "/cover/1/",
        "now": now,
    }
    return open_checkout(**{**values, **changes})


def fact(number: int, of: Order | Checkout, kind: LineKind = LineKind.PAID, **changes: object) -> StatementFact:
    """A line of the bank's statement about an order or a checkout."""
    values = {
        "number": number,
        "key": str(of.key),
        "kind": kind,
        "amount_fen": of.amount_fen,
        "account": of.payee_account.number if isinstance(of, Order) else "",
        "bank_date": (NOW + timedelta(days=1)).date(),
        "reference": f"ref{number}",
    }
    return StatementFact(**{**values, **changes})


def send() -> int:
    """Send what waits; answers how many went."""
    return send_due_payments(limit=50, now=NOW)


def states(*asked: Order) -> list[str]:
    """How far each order is by now."""
    return [Order.objects.get(pk=one.pk).state for one in asked]
