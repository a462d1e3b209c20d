"""What became of every payment: the portal's word against the bank's own store."""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SIGNS = {"paid": -1, "returned": 1, "rejected": 0, "received": 1}
ENDED = ("settled", "failed", "returned")


@dataclass(frozen=True, slots=True)
class BankSays:
    """From the bank's store, read without asking anybody."""

    payments: Counter[str]
    moved: dict[str, int]
    lines: int
    statement_fen: int

    @classmethod
    def of(cls, store: Path) -> BankSays:
        with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as connection:
            payments = Counter(key for (key,) in connection.execute("SELECT key FROM payment WHERE state = 'accepted'"))
            lines = connection.execute("SELECT key, kind, amount_fen FROM statement").fetchall()
        moved: Counter[str] = Counter()
        for key, kind, _ in lines:
            moved[key] += SIGNS[kind]
        return cls(payments, dict(moved), len(lines), sum(SIGNS[kind] * fen for _, kind, fen in lines))


@dataclass(frozen=True, slots=True)
class Verdict:
    asked: int
    lost: int
    double: int
    off_fen: int
    faults: tuple[str, ...]

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.double or self.off_fen or self.faults)


def judge(*, asked: int, opening_fen: int, told: dict[str, Any], bank: BankSays) -> Verdict:
    """Lost: not there, not ended and on nobody's list, or ended otherwise than at the bank.  Double: paid twice."""
    keys: dict[str, str] = told["keys"]
    on_a_list = told["for_a_person"] + told["kept_apart"]
    going = sum(state not in ENDED for state in keys.values())
    unpaid = [key for key, state in keys.items() if state == "settled" and not bank.payments[key]]
    overlooked = [key for key, state in keys.items() if state == "failed" and bank.moved.get(key, 0) < 0]
    off = told["bank_fen"] - opening_fen - bank.statement_fen
    return Verdict(
        asked=asked,
        lost=max(asked - len(keys), 0) + max(going - on_a_list, 0) + len(unpaid) + len(overlooked),
        double=sum(times > 1 for times in bank.payments.values()),
        off_fen=abs(off) + abs(told["in_transit_is_off_fen"]),
        faults=tuple(told["faults"]),
    )
