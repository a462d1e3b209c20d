"""The sandbox bank's HTTP service (WSGI): payments out, checkouts in, the statement, and faults to order.

POST /payments       Idempotency-Key    {"amount_fen", "account", "holder_name", "bank", "memo"}
GET  /payments/<key>
GET  /statement?after=<number>          also /statement.csv and /statement.xml (camt.053)
POST /batches                           a batch file as the portal makes it
POST /checkouts      Idempotency-Key    {"amount_fen", "return_url", "language"}
GET  /checkouts/<key>
GET, POST /pay/<token>                  the page a person pays on
GET, POST, DELETE /faults               see README.md
"""

from __future__ import annotations

import json
import re
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

from apps.payments.sandbox import files, pages
from apps.payments.sandbox.faults import BEFORE, PLACES, Fault, fault_of
from apps.payments.sandbox.replies import Reply, as_json, not_found, unreadable
from apps.payments.sandbox.store import FOREVER, KeyTaken, Store

MOST_BYTES = 1_000_000
LATE_SECONDS = {"late": 8.0, "silent": 20.0}
ACTIONS = ("now", "late", "twice", "silent", "decline")
Environ = dict[str, Any]


class Request:
    """What a handler needs of a WSGI environment."""

    def __init__(self, environ: Environ) -> None:
        self.method, self.path = str(environ["REQUEST_METHOD"]), str(environ.get("PATH_INFO", "/"))
        self.query = {name: values[0] for name, values in parse_qs(environ.get("QUERY_STRING", "")).items()}
        self.key = str(environ.get("HTTP_IDEMPOTENCY_KEY", ""))
        self.fault_header = str(environ.get("HTTP_X_SANDBOX_FAULT", ""))
        self.origin = f"{environ.get('wsgi.url_scheme', 'http')}://{environ.get('HTTP_HOST', 'localhost')}"
        size = min(int(environ.get("CONTENT_LENGTH") or 0), MOST_BYTES)
        self.body: bytes = environ["wsgi.input"].read(size) if size else b""

    def json(self) -> dict[str, Any]:
        said = json.loads(self.body)
        if not isinstance(said, dict):
            raise TypeError("an object is expected")
        return said

    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


class Service:
    """The WSGI application over one store."""

    def __init__(self, store: Store, sleep: Callable[[float], None] = time.sleep) -> None:
        self.store, self.sleep = store, sleep
        self.routes: list[tuple[str, re.Pattern[str], Callable[..., Reply]]] = [
            ("POST", re.compile(r"/payments"), self.take_payment),
            ("GET", re.compile(r"/payments/([\w-]+)"), self.tell_payment),
            ("GET", re.compile(r"/payments"), self.list_payments),
            ("GET", re.compile(r"/statement"), self.tell_statement),
            ("GET", re.compile(r"/statement\.(csv|xml)"), self.give_statement),
            ("POST", re.compile(r"/batches"), self.take_batch),
            ("POST", re.compile(r"/checkouts"), self.open_checkout),
            ("GET", re.compile(r"/checkouts/([\w-]+)"), self.tell_checkout),
            ("GET", re.compile(r"/pay/(\w+)"), self.show_page),
            ("POST", re.compile(r"/pay/(\w+)"), self.press),
            ("POST", re.compile(r"/faults"), self.order_fault),
            ("DELETE", re.compile(r"/faults"), self.forget_faults),
            ("GET", re.compile(r"/style\.css"), lambda _: pages.style()),
            ("GET", re.compile(r"/"), lambda _: Reply("200 OK", b"sandbox bank\n", "text/plain")),
        ]

    def __call__(self, environ: Environ, start_response: Callable[..., object]) -> Iterable[bytes]:
        try:
            reply = self.answer(Request(environ))
        finally:
            self.store.close()
        start_response(reply.status, reply.headers())
        return [reply.body]

    def answer(self, request: Request) -> Reply:
        for method, pattern, handler in self.routes:
            found = pattern.fullmatch(request.path)
            if found and method == request.method:
                try:
                    return handler(request, *found.groups())
                except KeyTaken:
                    return as_json("409 Conflict", {"error": "the key was used with another body"})
                except (KeyError, ValueError, TypeError):
                    return unreadable()
        return not_found()

    def _with_fault(self, request: Request, place: str, amount: int | None, work: Callable[[str], Reply]) -> Reply:
        """Do the work with the fault ordered for it, if any: before it, inside it or after it."""
        fault = fault_of(request.fault_header, amount) or Fault(*self.store.next_fault(place, amount))
        if fault.action in BEFORE:
            self.sleep(fault.seconds)
            return as_json(BEFORE[fault.action], {"error": fault.action})
        reply = work(fault.action)
        if fault.action == "late":
            self.sleep(fault.seconds)
        if fault.action == "502-done":
            return as_json("502 Bad Gateway", {"error": "done, but you cannot know"})
        return Reply("200 OK", b"<html>oops", "text/html") if fault.action == "garbage" else reply

    def take_payment(self, request: Request) -> Reply:
        body = request.json()
        amount = int(body["amount_fen"])
        if not request.key or amount <= 0 or not body["account"]:
            return unreadable()
        return self._with_fault(
            request, "submit", amount, lambda action: _payment(self.store.take_payment(request.key, body, action))
        )

    def tell_payment(self, request: Request, key: str) -> Reply:
        def tell(_: str) -> Reply:
            found = self.store.payment(key)
            return not_found() if found is None else _payment(found)

        return self._with_fault(request, "inquire", None, tell)

    def list_payments(self, request: Request) -> Reply:
        rows = self.store.payments()
        return as_json(
            "200 OK", {"payments": [{name: row[name] for name in ("key", "amount_fen", "state")} for row in rows]}
        )

    def tell_statement(self, request: Request) -> Reply:
        lines = self.store.statement(int(request.query.get("after", "0")))
        names = ("number", "key", "kind", "amount_fen", "account", "date", "reference")
        said = {"lines": [{name: line[name] for name in names} for line in lines]}
        return self._with_fault(request, "statement", None, lambda _: as_json("200 OK", said))

    def give_statement(self, request: Request, kind: str) -> Reply:
        lines = self.store.statement(int(request.query.get("after", "0")))
        return files.statement_csv(lines) if kind == "csv" else files.statement_camt(lines)

    def take_batch(self, request: Request) -> Reply:
        """A file of payments, each with its own key: brought twice it pays once."""
        rows = list(files.batch_rows(request.body))
        taken = [self.store.take_payment(str(uuid.UUID(key)), body, "") for key, body in rows]
        return as_json("201 Created", {"taken": len(taken)})

    def open_checkout(self, request: Request) -> Reply:
        body = request.json()
        if not request.key or int(body["amount_fen"]) <= 0 or not pages.is_web_address(str(body["return_url"])):
            return unreadable()
        return _checkout(request, self.store.open_checkout(request.key, body))

    def tell_checkout(self, request: Request, key: str) -> Reply:
        def tell(_: str) -> Reply:
            found = self.store.checkout(key)
            if found is not None and found["told_at"] == FOREVER:
                return as_json("503 Service Unavailable", {"error": "we say nothing about this one"})
            return not_found() if found is None else _checkout(request, found)

        return self._with_fault(request, "checkout", None, tell)

    def show_page(self, request: Request, token: str) -> Reply:
        checkout = self.store.checkout_by_token(token)
        return not_found() if checkout is None else pages.payment_page(checkout, request.query.get("lang", ""))

    def press(self, request: Request, token: str) -> Reply:
        action = request.form().get("action", "")
        if action not in ACTIONS:
            return unreadable()
        checkout = self.store.pay_checkout(token, action, LATE_SECONDS.get(action, 0.0))
        return not_found() if checkout is None else Reply("303 See Other", location=checkout["return_url"])

    def order_fault(self, request: Request) -> Reply:
        body = request.json()
        for name in ("ignore_keys", "hold_statement"):
            if name in body:
                self.store.set(name, "on" if body[name] is True else "")
        if "action" in body:
            place = str(body.get("on", "submit"))
            if body["action"] not in PLACES[place]:
                return unreadable()
            amount = body.get("amount_fen")
            times, seconds = int(body.get("times", 1)), float(body.get("seconds", 3))
            self.store.order_fault(place, str(body["action"]), times, seconds, None if amount is None else int(amount))
        return as_json("201 Created", {"ordered": body})

    def forget_faults(self, request: Request) -> Reply:
        self.store.forget_faults()
        return as_json("200 OK", {"ordered": None})


def _payment(row: sqlite3.Row) -> Reply:
    status = "200 OK" if row["state"] == "accepted" else "422 Unprocessable Content"
    return as_json(status, {name: row[name] for name in ("key", "state", "amount_fen", "reference", "reason")})


def _checkout(request: Request, row: sqlite3.Row) -> Reply:
    """As the bank tells it: a late payment is still open."""
    state = row["state"] if row["told_at"] <= time.time() else "open"  # noqa: TID251 - a bank has its own clock
    address = f"{request.origin}/pay/{row['token']}?lang={'zh' if row['language'].startswith('zh') else 'en'}"
    said = {"state": state, "amount_fen": row["amount_fen"], "reference": row["reference"], "pay_url": address}
    return as_json("200 OK", said)
