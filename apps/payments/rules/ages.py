"""How long anything may stay where it is before a person looks at it, and what that person does."""

from __future__ import annotations

from datetime import timedelta

from apps.core.errors import N_
from apps.payments.rules.matching import (
    AFTER_FAILURE,
    AFTER_SETTLEMENT,
    NOT_ITS_KIND,
    TWICE,
    UNKNOWN_KEY,
    WRONG_ACCOUNT,
    WRONG_AMOUNT,
)
from apps.payments.rules.states import State

S = State
LONGEST: dict[State, timedelta] = {
    S.HELD: timedelta(days=1),
    S.REQUESTED: timedelta(hours=1),
    S.SUBMITTING: timedelta(minutes=10),
    S.UNKNOWN: timedelta(minutes=30),
    S.SUBMITTED: timedelta(days=2),
}
LONGEST_BY_FILE = timedelta(days=3)
LONGEST_ARRIVAL = timedelta(days=2)
LONGEST_WAIT_OF_A_LINE = timedelta(days=1)

LATE: dict[State, str] = {
    S.HELD: N_("Nobody has released or declined it."),
    S.REQUESTED: N_("It was not sent."),
    S.SUBMITTING: N_("Its sending was not reported, or the file with it not settled."),
    S.UNKNOWN: N_("The bank has not said what became of it."),
    S.SUBMITTED: N_("The bank took it, but its statement does not show it."),
}
TO_DO: dict[State, str] = {
    S.HELD: N_("Compare it with the decision behind it, then let two people release or decline it."),
    S.REQUESTED: N_("See whether the line to the bank is down; send it by file in the meantime."),
    S.SUBMITTING: N_("Bring the bank's newest statement; call the bank with the payment key if it is not there."),
    S.UNKNOWN: N_(
        "Call the bank with the payment key. Has it paid, the statement settles it. Has it surely not, say so."
    ),
    S.SUBMITTED: N_("Bring the bank's newest statement; call the bank with its reference if it is not there."),
}
REST_UNPAID = N_("The bank paid too little, and the rest is not paid either.")
REST_TO_DO = N_("It is still owed. See why, let the payee name another account if need be, then pay it again.")
ARRIVAL_TO_DO = N_("Bring the bank's newest statement; call the bank with its reference if it is not there.")
LINE_TO_DO: dict[str, str] = {
    UNKNOWN_KEY: N_("Find the payment it belongs to, or say to which account it is booked."),
    WRONG_AMOUNT: N_(
        "Paid too little: say which payment it is, the rest stays owed. Paid too much: ask the bank for the difference,"
        " and pair this line with the one that brings it back."
    ),
    WRONG_ACCOUNT: N_("Ask the bank to call the money back, and pair this line with the one that brings it back."),
    TWICE: N_("Ask the bank for the second amount, and pair this line with the one that brings it back."),
    AFTER_FAILURE: N_(
        "Pay nothing more for it. Ask the bank to call the money back and pair the lines; or book it to what was owed."
    ),
    AFTER_SETTLEMENT: N_("Ask the bank which of its two lines holds, and write its answer down."),
    NOT_ITS_KIND: N_(
        "Ask the bank what it means by this line. Has one of our payments come back, say which; else pair or book it."
    ),
}
WAITING_TO_DO = N_("It waits for an earlier line. Bring the statement of the days before.")


def longest(state: State, *, by_file: bool) -> timedelta | None:
    """How long an order may stay in a state; None: for ever."""
    return LONGEST_BY_FILE if by_file and state in (S.SUBMITTING, S.SUBMITTED) else LONGEST.get(state)
