"""Which states a claim has and how it moves between them."""

from enum import StrEnum


class State(StrEnum):
    """Where a claim stands.  What happens to its money afterwards is read from the payment order, never stored here."""

    REVIEW = "review"
    APPROVED = "approved"
    DECLINED = "declined"


class Outcome(StrEnum):
    """What an officer can answer."""

    APPROVE = "approve"
    REDUCE = "reduce"
    DECLINE = "decline"


START = (State.REVIEW, State.APPROVED, State.DECLINED)
"""A claim begins held, or is decided with the request that filed it."""

MOVES: dict[State, frozenset[State]] = {
    State.REVIEW: frozenset({State.APPROVED, State.DECLINED}),
    State.APPROVED: frozenset(),
    State.DECLINED: frozenset(),
}


def may_move(before: State, after: State) -> bool:
    return after in MOVES[before]


def state_after(paid_fen: int) -> State:
    """A decision that pays nothing declines."""
    return State.APPROVED if paid_fen > 0 else State.DECLINED
