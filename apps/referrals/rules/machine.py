"""The transition table: which event leads where, who may cause it, and what it must say.

15 states and 34 transitions (care.md section 2).  States are never compared by order: what may follow is the rule.
"""

from __future__ import annotations

from dataclasses import dataclass

from apps.core.errors import N_
from apps.referrals.rules.words import EVENT_WORDS, Event, State, Who

FD, SP, CO, FA, SY = Who.FAMILY_DOCTOR, Who.SPECIALIST, Who.COORDINATOR, Who.FAMILY, Who.CLOCK

APPOINTMENT_BACK = N_("Give the appointment back")
LETTER = ("diagnosis", "medicines", "watch_for", "next_check", "refer_again")


@dataclass(frozen=True, slots=True)
class Transition:
    """From one state by an event to another; ``needs`` names what must be filled in."""

    source: State
    event: Event
    target: State
    by: frozenset[Who]
    needs: tuple[str, ...] = ()


def _row(source: State, event: Event, target: State, by: str, *needs: str) -> Transition:
    people = {"FD": FD, "SP": SP, "CO": CO, "FA": FA, "SY": SY}
    return Transition(source, event, target, frozenset(people[name] for name in by.split()), needs)


S, E = State, Event
TRANSITIONS: tuple[Transition, ...] = (
    _row(S.START, E.OPEN, S.DRAFT, "FD"),
    _row(S.START, E.SEND_DOWN, S.RETURNED, "SP", *LETTER),
    _row(S.DRAFT, E.SUBMIT, S.SUBMITTED, "FD", "reason", "consent"),
    _row(S.DRAFT, E.DISCARD, S.CANCELLED, "FD SY"),
    _row(S.SUBMITTED, E.ACCEPT, S.ACCEPTED, "CO SP"),
    _row(S.SUBMITTED, E.ACCEPT_AND_BOOK, S.BOOKED, "CO SP", "slot"),
    _row(S.SUBMITTED, E.ASK_INFO, S.INFO_NEEDED, "CO SP", "note"),
    _row(S.SUBMITTED, E.ADVISE_ONLY, S.ADVISED, "SP", "note"),
    _row(S.SUBMITTED, E.REJECT, S.REJECTED, "SP", "reason_code", "note"),
    _row(S.SUBMITTED, E.REDIRECT, S.SUBMITTED, "CO SP", "department", "note"),
    _row(S.SUBMITTED, E.CANCEL, S.CANCELLED, "FD FA", "note"),
    _row(S.SUBMITTED, E.EMERGENCY_PASS, S.ARRIVED, "CO", "note"),
    _row(S.INFO_NEEDED, E.ANSWER_INFO, S.SUBMITTED, "FD", "note"),
    _row(S.INFO_NEEDED, E.CANCEL, S.CANCELLED, "FD FA", "note"),
    _row(S.ADVISED, E.ACK_ADVICE, S.CLOSED, "FD"),
    _row(S.REJECTED, E.ACK_REJECT, S.CLOSED, "FD", "note"),
    _row(S.ACCEPTED, E.BOOK, S.BOOKED, "CO FD FA", "slot"),
    _row(S.ACCEPTED, E.WALK_IN, S.ARRIVED, "CO"),
    _row(S.ACCEPTED, E.CANCEL, S.CANCELLED, "FD FA", "note"),
    _row(S.BOOKED, E.CHECK_IN, S.ARRIVED, "CO"),
    _row(S.BOOKED, E.REBOOK, S.BOOKED, "CO FD FA", "slot"),
    _row(S.BOOKED, E.MARK_NO_SHOW, S.NO_SHOW, "CO SY"),
    _row(S.BOOKED, E.CANCEL, S.ACCEPTED, "CO FD FA", "note"),
    _row(S.NO_SHOW, E.REBOOK, S.BOOKED, "CO FD FA", "slot"),
    _row(S.NO_SHOW, E.CANCEL, S.CANCELLED, "FD FA", "note"),
    _row(S.ARRIVED, E.SEE, S.IN_CARE, "SP"),
    _row(S.ARRIVED, E.LEFT_UNSEEN, S.NO_SHOW, "CO SP"),
    _row(S.IN_CARE, E.RETURN_LETTER, S.RETURNED, "SP", *LETTER),
    _row(S.IN_CARE, E.DECEASED, S.CLOSED, "SP"),
    _row(S.RETURNED, E.ACK_RETURN, S.RESUMED, "FD"),
    _row(S.RETURNED, E.QUERY_RETURN, S.IN_CARE, "FD", "note"),
    _row(S.RETURNED, E.REASSIGN_DOCTOR, S.RETURNED, "CO", "doctor"),
    _row(S.RESUMED, E.FIRST_PRIMARY_VISIT, S.CLOSED, "FD"),
    _row(S.RESUMED, E.LOST_TO_FOLLOW_UP, S.CLOSED, "FD CO", "note"),
)
BY_STEP = {(row.source, row.event): row for row in TRANSITIONS}

# In whose court the ball is: exactly one side for every state that can still move.
OWNER: dict[State, Who] = {
    S.DRAFT: FD,
    S.SUBMITTED: CO,
    S.INFO_NEEDED: FD,
    S.ADVISED: FD,
    S.REJECTED: FD,
    S.ACCEPTED: CO,
    S.BOOKED: CO,
    S.NO_SHOW: FD,
    S.ARRIVED: SP,
    S.IN_CARE: SP,
    S.RETURNED: FD,
    S.RESUMED: FD,
}

# What the owner most likely does next, for the one primary button.
USUAL: dict[State, tuple[Event, ...]] = {
    S.DRAFT: (E.SUBMIT,),
    S.SUBMITTED: (E.ACCEPT_AND_BOOK, E.ACCEPT),
    S.INFO_NEEDED: (E.ANSWER_INFO,),
    S.ADVISED: (E.ACK_ADVICE,),
    S.REJECTED: (E.ACK_REJECT,),
    S.ACCEPTED: (E.BOOK,),
    S.BOOKED: (E.CHECK_IN,),
    S.NO_SHOW: (E.REBOOK,),
    S.ARRIVED: (E.SEE,),
    S.IN_CARE: (E.RETURN_LETTER,),
    S.RETURNED: (E.ACK_RETURN,),
    S.RESUMED: (E.FIRST_PRIMARY_VISIT,),
}


def step(state: State, event: Event) -> Transition | None:
    """The transition of an event in a state, or None when the event has no place there."""
    return BY_STEP.get((state, event))


def words_of(row: Transition) -> str:
    """The button of a step: giving an appointment back is not cancelling the referral."""
    return APPOINTMENT_BACK if (row.source, row.event) == (S.BOOKED, E.CANCEL) else EVENT_WORDS[row.event]


def any_step(event: Event) -> Transition:
    """The event as it is somewhere in the table: to answer a form sent again after the state has moved on."""
    return next(row for row in TRANSITIONS if row.event is event)


def steps_for(state: State, people: frozenset[Who]) -> list[Transition]:
    """What somebody may do now, the usual step first."""
    usual = USUAL.get(state, ())
    found = [row for row in TRANSITIONS if row.source is state and row.by & people]
    return sorted(found, key=lambda row: usual.index(row.event) if row.event in usual else len(usual))


def diagram() -> str:
    """The table as a Mermaid state diagram; the README carries the same lines."""
    lines = ["stateDiagram-v2"]
    for row in TRANSITIONS:
        source = "[*]" if row.source is State.START else row.source.value.replace("-", "_")
        who = " ".join(sorted(SHORT[one] for one in row.by))
        lines.append(f"    {source} --> {row.target.value.replace('-', '_')}: {row.event.value} ({who})")
    lines += [f"    {state.value} --> [*]" for state in (State.CLOSED, State.CANCELLED)]
    return "\n".join(lines)


SHORT = {FD: "FD", SP: "SP", CO: "CO", FA: "FA", SY: "SY"}
