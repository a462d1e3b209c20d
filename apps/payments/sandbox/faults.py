"""Which faults the sandbox bank can be told to have: by order, by a header, or by an amount."""

from __future__ import annotations

from dataclasses import dataclass

BEFORE = {"500": "500 Internal Server Error", "lost": "504 Gateway Timeout"}  # nothing is done
AFTER = ("late", "502-done", "garbage")  # done, told badly
EFFECT = ("reject", "wrong-amount", "return", "duplicate", "refuse-later")  # done otherwise
TELLING = (*BEFORE, "late", "garbage")
PLACES = {
    "submit": (*BEFORE, *AFTER, *EFFECT),
    "inquire": TELLING,
    "statement": TELLING,
    "checkout": TELLING,
}
BY_AMOUNT = {  # fen; odd enough that no real claim meets them by chance
    422_422: "reject",
    410_410: "return",
    500_500: "500",
    502_502: "502-done",
    409_409: "wrong-amount",
    202_202: "duplicate",
    408_408: "late",
    417_417: "refuse-later",
}


@dataclass(frozen=True)
class Fault:
    action: str
    seconds: float = 3.0


def fault_of(header: str, amount_fen: int | None) -> Fault | None:
    """The fault a request brings itself: ``X-Sandbox-Fault: late=5``, or one of the amounts above."""
    action, _, seconds = header.partition("=")
    if action in PLACES["submit"]:
        return Fault(action, float(seconds or 3))
    action = BY_AMOUNT.get(amount_fen or 0, "")
    return Fault(action) if action else None
