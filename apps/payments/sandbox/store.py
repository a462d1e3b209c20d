"""What the sandbox bank remembers, in a small SQLite file: payments, checkouts, its statement, ordered faults."""

from __future__ import annotations

import json
import sqlite3
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from time import time as wall_clock  # noqa: TID251 - a bank has its own clock
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
SCHEMA = Path(__file__).with_name("schema.sql").read_text()
FOREVER = 10.0**12


class KeyTaken(Exception):
    """The idempotency key came before with another body."""


class Store:
    """One connection a thread; each method is one transaction."""

    def __init__(self, path: Path) -> None:
        self.path, self.local = path, threading.local()
        path.parent.mkdir(parents=True, exist_ok=True)
        with self.connection() as connection:
            connection.executescript(SCHEMA)

    def connection(self) -> sqlite3.Connection:
        found: sqlite3.Connection | None = getattr(self.local, "connection", None)
        if found is None:
            found = sqlite3.connect(self.path, timeout=20, isolation_level=None)
            found.row_factory = sqlite3.Row
            found.execute("PRAGMA journal_mode = WAL")
            self.local.connection = found
        return found

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        connection = self.connection()
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")

    def close(self) -> None:
        """Give the thread's connection back."""
        if getattr(self.local, "connection", None) is not None:
            self.local.connection.close()
            self.local.connection = None

    def take_payment(self, key: str, body: dict[str, Any], action: str) -> sqlite3.Row:
        """Pay once per key (unless told to ignore keys); the answer of a repeat is the first one.  Raises KeyTaken."""
        text, amount = json.dumps(body, sort_keys=True), int(body["amount_fen"])
        with self.writing() as connection:
            found = self._first(connection, "SELECT * FROM payment WHERE key = ? ORDER BY id", key)
            if found is not None and not self._setting(connection, "ignore_keys"):
                if found["body"] != text:
                    raise KeyTaken(key)
                return found
            state = "rejected" if action == "reject" else "accepted"
            reason = "account closed" if action == "reject" else ""
            values = (key, text, amount, str(body["account"]), state, f"SB{uuid.uuid4().hex[:16]}", reason)
            connection.execute(
                "INSERT INTO payment (key, body, amount_fen, account, state, reference, reason)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                values,
            )
            fresh = self._first(connection, "SELECT * FROM payment WHERE id = last_insert_rowid()")
            if state == "accepted" and fresh is not None:
                self._write_statement(connection, fresh, action)
            return fresh  # type: ignore[return-value]

    def _write_statement(self, connection: sqlite3.Connection, payment: sqlite3.Row, action: str) -> None:
        amount = payment["amount_fen"] - (1 if action == "wrong-amount" and payment["amount_fen"] > 1 else 0)
        kinds = {"duplicate": ["paid", "paid"], "return": ["paid", "returned"], "refuse-later": ["rejected"]}
        for kind in kinds.get(action, ["paid"]):
            self._line(connection, payment, kind, amount, payment["account"])

    def _line(
        self, connection: sqlite3.Connection, row: sqlite3.Row, kind: str, amount: int, account: str, wait: float = 0
    ) -> None:
        today = datetime.now(ZONE).date().isoformat()
        connection.execute(
            "INSERT INTO statement (visible_at, key, kind, amount_fen, account, date, reference)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (wall_clock() + wait, row["key"], kind, amount, account, today, row["reference"]),
        )

    def payment(self, key: str) -> sqlite3.Row | None:
        """The first payment of a key; a bank told to ignore keys cannot find anything by one."""
        if self._setting(self.connection(), "ignore_keys"):
            return None
        return self._first(self.connection(), "SELECT * FROM payment WHERE key = ? ORDER BY id", key)

    def payments(self) -> list[sqlite3.Row]:
        return self.connection().execute("SELECT * FROM payment ORDER BY id").fetchall()

    def statement(self, after: int) -> list[sqlite3.Row]:
        if self._setting(self.connection(), "hold_statement"):
            return []
        query = "SELECT * FROM statement WHERE number > ? AND visible_at <= ? ORDER BY number LIMIT 1000"
        return self.connection().execute(query, (after, wall_clock())).fetchall()

    def open_checkout(self, key: str, body: dict[str, Any]) -> sqlite3.Row:
        """A payment page for this key; a repeat answers the first one.  Raises KeyTaken."""
        text = json.dumps({"amount_fen": int(body["amount_fen"])}, sort_keys=True)
        with self.writing() as connection:
            connection.execute(
                "INSERT INTO checkout (key, token, body, amount_fen, return_url, language)"
                " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET language = excluded.language",
                (
                    *(key, uuid.uuid4().hex, text, int(body["amount_fen"])),
                    *(str(body["return_url"]), str(body.get("language", "en"))),
                ),
            )
            found = self._first(connection, "SELECT * FROM checkout WHERE key = ?", key)
            if found is None or found["body"] != text:
                raise KeyTaken(key)
            return found

    def checkout(self, key: str) -> sqlite3.Row | None:
        return self._first(self.connection(), "SELECT * FROM checkout WHERE key = ?", key)

    def checkout_by_token(self, token: str) -> sqlite3.Row | None:
        return self._first(self.connection(), "SELECT * FROM checkout WHERE token = ?", token)

    def pay_checkout(self, token: str, action: str, seconds: float) -> sqlite3.Row | None:
        """What the payer chose: once; a second press changes nothing.  ``seconds`` is how late we tell."""
        with self.writing() as connection:
            found = self._first(connection, "SELECT * FROM checkout WHERE token = ?", token)
            if found is None or found["state"] != "open":
                return found
            told_at = FOREVER if action == "silent" else wall_clock() + (seconds if action == "late" else 0)
            connection.execute(
                "UPDATE checkout SET state = ?, told_at = ?, reference = ? WHERE token = ?",
                ("declined" if action == "decline" else "paid", told_at, f"SB{uuid.uuid4().hex[:16]}", token),
            )
            paid = self._first(connection, "SELECT * FROM checkout WHERE token = ?", token)
            if paid is not None and action != "decline":
                wait = seconds if action in ("late", "silent") else 0.0
                for _ in range(2 if action == "twice" else 1):
                    self._line(connection, paid, "received", paid["amount_fen"], "", wait)
            return paid

    def order_fault(self, place: str, action: str, times: int, seconds: float, amount_fen: int | None) -> None:
        with self.writing() as connection:
            connection.execute(
                "INSERT INTO fault (place, action, times, seconds, amount_fen) VALUES (?, ?, ?, ?, ?)",
                (place, action, times, seconds, amount_fen),
            )

    def next_fault(self, place: str, amount_fen: int | None) -> tuple[str, float]:
        """The fault ordered for a request at this place, used up by one; ("", 0) when there is none."""
        query = (
            "SELECT * FROM fault WHERE place = ? AND times > 0 AND (amount_fen IS NULL OR amount_fen = ?) ORDER BY id"
        )
        if self._first(self.connection(), query, place, amount_fen) is None:
            return "", 0.0
        with self.writing() as connection:
            found = self._first(connection, query, place, amount_fen)
            if found is None:
                return "", 0.0
            connection.execute("UPDATE fault SET times = times - 1 WHERE id = ?", (found["id"],))
            return found["action"], found["seconds"]

    def forget_faults(self) -> None:
        with self.writing() as connection:
            connection.execute("DELETE FROM fault")
            connection.execute("DELETE FROM setting")

    def set(self, name: str, value: str) -> None:
        with self.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, value))

    def _setting(self, connection: sqlite3.Connection, name: str) -> str:
        found = self._first(connection, "SELECT value FROM setting WHERE name = ?", name)
        return "" if found is None else str(found["value"])

    @staticmethod
    def _first(connection: sqlite3.Connection, query: str, *values: object) -> sqlite3.Row | None:
        row: sqlite3.Row | None = connection.execute(query, values).fetchone()
        return row
