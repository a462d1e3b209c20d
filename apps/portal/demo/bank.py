"""The bank of the demo's past: takes every payment at once and answers with a statement of the day it is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from apps.payments.gateway import Answer, CheckoutAnswer, Instruction, StatementFact
from apps.payments.rules.matching import LineKind

FIRST_NUMBER = -1_000_000_000  # below zero: the sandbox bank's own statement starts at 1


class StoryBank:
    """A bank whose clock the story turns; its statement lines appear when the story reads them."""

    key_life = timedelta(hours=24)

    def __init__(self) -> None:
        self.today = date.min
        self._number = FIRST_NUMBER
        self._lines: list[StatementFact] = []
        self._asked: dict[UUID, int] = {}
        self._paid: set[UUID] = set()

    def submit(self, instruction: Instruction) -> Answer:
        self._write(instruction.key, LineKind.PAID, instruction.amount_fen, instruction.account)
        return Answer(True, self._reference())

    def inquire(self, key: UUID) -> Answer | None:
        return None

    def statement(self, after: int) -> Sequence[StatementFact]:
        """Every line once; the story reads each day's lines on that day."""
        lines, self._lines = self._lines, []
        return lines

    def open_checkout(self, key: UUID, amount_fen: int, return_url: str, language: str) -> CheckoutAnswer:
        self._asked[key] = amount_fen
        return CheckoutAnswer("open", amount_fen, "", return_url)

    def pay(self, key: UUID, amount_fen: int) -> None:
        """The family pays on the payment page."""
        self._asked[key] = amount_fen
        self._paid.add(key)
        self._write(key, LineKind.RECEIVED, amount_fen, "")

    def charge(self, amount_fen: int) -> None:
        """The bank takes its fee, as banks do: a line of its statement that names no payment of ours."""
        self._write("SERVICE FEE", LineKind.PAID, amount_fen, "")

    def checkout(self, key: UUID) -> CheckoutAnswer | None:
        amount_fen = self._asked.get(key)
        if amount_fen is None:
            return None
        state = "paid" if key in self._paid else "open"
        return CheckoutAnswer(state, amount_fen, self._reference(), "")

    def _write(self, key: UUID | str, kind: LineKind, amount_fen: int, account: str) -> None:
        self._number += 1
        self._lines.append(
            StatementFact(self._number, str(key), kind, amount_fen, account, self.today, self._reference())
        )

    def _reference(self) -> str:
        return f"S{self._number - FIRST_NUMBER:09d}"
