"""Which way an order to the bank may go: its states and the legal steps between them."""

from enum import StrEnum


class State(StrEnum):
    HELD = "held"
    REQUESTED = "requested"
    SUBMITTING = "submitting"
    SUBMITTED = "submitted"
    UNKNOWN = "unknown"
    SETTLED = "settled"
    FAILED = "failed"
    RETURNED = "returned"


S = State
UNSENT = (S.HELD, S.REQUESTED)
UNSETTLED = (S.SUBMITTING, S.UNKNOWN, S.SUBMITTED)  # the bank may have it; its statement decides
LEGAL: dict[State, frozenset[State]] = {
    # Unsent orders end at once when restored books lack that they were sent.
    S.HELD: frozenset({S.REQUESTED, S.FAILED, S.SETTLED}),
    S.REQUESTED: frozenset({S.SUBMITTING, S.HELD, S.FAILED, S.SETTLED}),
    S.SUBMITTING: frozenset({S.SUBMITTED, S.UNKNOWN, S.FAILED, S.SETTLED}),
    S.UNKNOWN: frozenset({S.SUBMITTING, S.SUBMITTED, S.FAILED, S.SETTLED}),
    S.SUBMITTED: frozenset({S.SETTLED, S.FAILED}),
    S.SETTLED: frozenset({S.RETURNED}),
    S.FAILED: frozenset(),
    S.RETURNED: frozenset(),
}
