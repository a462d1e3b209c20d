"""How the portal talks to a bank: the interface, and the sandbox bank behind it over HTTP.

Never called inside a transaction.  Whatever is not a clear answer is BankUnsure: the bank may have done it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any, Protocol
from uuid import UUID

import httpx
from django.conf import settings
from django.utils.module_loading import import_string

from apps.payments.rules.matching import LineKind


class BankUnsure(Exception):
    """No clear answer: timeout, broken connection, server error, something unreadable."""


@dataclass(frozen=True, slots=True)
class Instruction:
    """Pay this amount to this account, once per key."""

    key: UUID
    amount_fen: int
    holder_name: str
    bank: str
    account: str
    memo: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The bank took the instruction (with its reference), or refuses it for good (with the reason)."""

    is_accepted: bool
    reference: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class StatementFact:
    number: int
    key: str
    kind: LineKind
    amount_fen: int
    account: str
    bank_date: date
    reference: str


@dataclass(frozen=True, slots=True)
class CheckoutAnswer:
    """What the bank says of money asked for: open, paid or declined."""

    state: str
    amount_fen: int
    reference: str
    pay_url: str


class Bank(Protocol):
    key_life: timedelta
    """How long a repeated key is surely recognised; zero when it is not."""

    def submit(self, instruction: Instruction) -> Answer: ...
    def inquire(self, key: UUID) -> Answer | None: ...
    def statement(self, after: int) -> Sequence[StatementFact]:
        """The first lines after a number, up to any limit from 200 on.

        Numbers count from 1 without gaps, but may become visible out of order.
        """
        ...

    def open_checkout(self, key: UUID, amount_fen: int, return_url: str, language: str) -> CheckoutAnswer: ...
    def checkout(self, key: UUID) -> CheckoutAnswer | None: ...


logging.getLogger("httpx").setLevel(logging.WARNING)  # else a line for each look at the statement, twice a second


@cache
def bank() -> Bank:
    """The bank named by ``settings.PAYMENT_GATEWAY``, one connection pool a process."""
    made: Bank = import_string(settings.PAYMENT_GATEWAY)()
    return made


class SandboxBank:
    """The sandbox bank of apps/payments/sandbox."""

    key_life = timedelta(hours=24)

    def __init__(self, url: str = "", seconds: float = 10) -> None:
        self.client = httpx.Client(base_url=url or settings.SANDBOX_URL, timeout=httpx.Timeout(seconds, connect=2))

    def submit(self, instruction: Instruction) -> Answer:
        body = {
            "amount_fen": instruction.amount_fen,
            "holder_name": instruction.holder_name,
            "bank": instruction.bank,
            "account": instruction.account,
            "memo": instruction.memo,
        }
        said = self._ask("POST", "/payments", key=instruction.key, json=body)
        if said is None:
            raise BankUnsure("the bank has no place to send to")
        return _answer(said)

    def inquire(self, key: UUID) -> Answer | None:
        said = self._ask("GET", f"/payments/{key}")
        return None if said is None else _answer(said)

    def statement(self, after: int) -> list[StatementFact]:
        said = self._ask("GET", f"/statement?after={after}") or {}
        try:
            return [_statement_fact(line) for line in said["lines"]]
        except (KeyError, ValueError, TypeError) as error:
            raise BankUnsure("unreadable statement") from error

    def open_checkout(self, key: UUID, amount_fen: int, return_url: str, language: str) -> CheckoutAnswer:
        body = {"amount_fen": amount_fen, "return_url": return_url, "language": language}
        said = self._ask("POST", "/checkouts", key=key, json=body)
        if said is None:
            raise BankUnsure("the bank has no payment page")
        return _checkout_answer(said)

    def checkout(self, key: UUID) -> CheckoutAnswer | None:
        said = self._ask("GET", f"/checkouts/{key}")
        return None if said is None else _checkout_answer(said)

    def _ask(self, method: str, path: str, key: UUID | None = None, json: object = None) -> dict[str, Any] | None:
        """The parsed answer, None for 404.  Raises BankUnsure for everything unclear."""
        headers = {"Idempotency-Key": str(key)} if key else {}
        try:
            response = self.client.request(method, path, json=json, headers=headers)
            if response.status_code == httpx.codes.NOT_FOUND:
                return None
            if response.status_code not in (200, 201, 422):
                raise BankUnsure(f"{method} {path}: {response.status_code}")
            said = response.json()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise BankUnsure(f"{method} {path}: {type(error).__name__}") from error
        if not isinstance(said, dict):
            raise BankUnsure(f"{method} {path}: not an object")
        return said


def _answer(said: dict[str, Any]) -> Answer:
    if said.get("state") not in ("accepted", "rejected"):
        raise BankUnsure("unreadable answer")
    return Answer(said["state"] == "accepted", str(said.get("reference", ""))[:80], str(said.get("reason", ""))[:200])


def _statement_fact(line: dict[str, Any]) -> StatementFact:
    return StatementFact(
        number=int(line["number"]),
        key=str(line["key"])[:80],
        kind=LineKind(line["kind"]),
        amount_fen=int(line["amount_fen"]),
        account=str(line.get("account", "")),
        bank_date=date.fromisoformat(line["date"]),
        reference=str(line.get("reference", ""))[:80],
    )


def _checkout_answer(said: dict[str, Any]) -> CheckoutAnswer:
    try:
        return CheckoutAnswer(
            str(said["state"]), int(said["amount_fen"]), str(said.get("reference", ""))[:80], str(said["pay_url"])
        )
    except (KeyError, ValueError) as error:
        raise BankUnsure("unreadable answer") from error
