"""What a line of the bank's statement does to the order or checkout it names; what fits nothing is kept apart."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from apps.core.errors import N_
from apps.payments.rules.states import UNSENT, UNSETTLED, State


class LineKind(StrEnum):
    PAID = "paid"
    REJECTED = "rejected"
    RETURNED = "returned"
    RECEIVED = "received"


class Outcome(StrEnum):
    SETTLE = "settle"
    FAIL = "fail"
    RETURN = "return"
    ARRIVE = "arrive"
    WAIT = "wait"
    NOTHING = "nothing"
    QUARANTINE = "quarantine"


@dataclass(frozen=True, slots=True)
class Line:
    kind: LineKind
    amount_fen: int
    account_index: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """What the key of a line names: an order (with its state) or a checkout (arrived or not)."""

    amount_fen: int
    state: State | None = None
    account_index: str = ""
    has_arrived: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    outcome: Outcome
    reason: str = ""


UNKNOWN_KEY = N_("The bank names a payment we do not know.")
WRONG_AMOUNT = N_("The bank's amount differs from ours.")
WRONG_ACCOUNT = N_("The bank paid another account than the one we named.")
TWICE = N_("The bank reports this payment a second time.")
AFTER_FAILURE = N_("The bank paid after it had told us that it would not.")
AFTER_SETTLEMENT = N_("The bank refuses a payment that it had settled.")
NOT_ITS_KIND = N_("The line is of a kind that does not fit this payment.")


def _apart(reason: str) -> Match:
    return Match(Outcome.QUARANTINE, reason)


WAIT, NOTHING = Match(Outcome.WAIT), Match(Outcome.NOTHING)
S = State
BY_STATE: dict[LineKind, dict[State, Match]] = {
    # A line that comes before its order is sent waits for that; not in restored books, see ``match``.
    LineKind.PAID: {
        **dict.fromkeys(UNSENT, WAIT),
        **dict.fromkeys(UNSETTLED, Match(Outcome.SETTLE)),
        S.SETTLED: _apart(TWICE),
        S.RETURNED: _apart(TWICE),
        S.FAILED: _apart(AFTER_FAILURE),
    },
    LineKind.REJECTED: {
        **dict.fromkeys(UNSENT, WAIT),
        **dict.fromkeys(UNSETTLED, Match(Outcome.FAIL)),
        S.FAILED: NOTHING,
        S.SETTLED: _apart(AFTER_SETTLEMENT),
        S.RETURNED: _apart(AFTER_SETTLEMENT),
    },
    # A return may be read before the payment it returns.
    LineKind.RETURNED: {
        **dict.fromkeys(UNSENT, WAIT),
        **dict.fromkeys(UNSETTLED, WAIT),
        S.SETTLED: Match(Outcome.RETURN),
        S.RETURNED: _apart(TWICE),
        S.FAILED: _apart(NOT_ITS_KIND),
    },
}


def match(line: Line, target: Target | None, *, is_restored: bool = False) -> Match:
    """Decide one line: key, amount and account must all fit, else a person looks at it.

    ``is_restored``: the books may lack that an order was sent, so one that the bank names counts as sent.
    """
    if target is None:
        return _apart(UNKNOWN_KEY)
    if (line.kind == LineKind.RECEIVED) != (target.state is None):
        return _apart(NOT_ITS_KIND)
    if line.amount_fen != target.amount_fen:
        return _apart(WRONG_AMOUNT)
    if target.state is None:
        return _apart(TWICE) if target.has_arrived else Match(Outcome.ARRIVE)
    if line.account_index != target.account_index:
        return _apart(WRONG_ACCOUNT)
    state = State.SUBMITTED if is_restored and target.state in UNSENT else target.state
    return BY_STATE[line.kind][state]
