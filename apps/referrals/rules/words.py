"""States, events and people of a referral (care.md section 2)."""

from __future__ import annotations

from enum import StrEnum

from apps.core.errors import N_


class State(StrEnum):
    START = "start"
    DRAFT = "draft"
    SUBMITTED = "submitted"
    INFO_NEEDED = "info-needed"
    ADVISED = "advised"
    REJECTED = "rejected"
    ACCEPTED = "accepted"
    BOOKED = "booked"
    NO_SHOW = "no-show"
    ARRIVED = "arrived"
    IN_CARE = "in-care"
    RETURNED = "returned"
    RESUMED = "resumed"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Who(StrEnum):
    """Family doctor, specialist, coordinator of the hospital, family, and the clock."""

    FAMILY_DOCTOR = "family-doctor"
    SPECIALIST = "specialist"
    COORDINATOR = "coordinator"
    FAMILY = "family"
    CLOCK = "clock"


class Event(StrEnum):
    OPEN = "open"
    SEND_DOWN = "send-down"
    SUBMIT = "submit"
    DISCARD = "discard"
    ACCEPT = "accept"
    ACCEPT_AND_BOOK = "accept-and-book"
    ASK_INFO = "ask-info"
    ADVISE_ONLY = "advise-only"
    REJECT = "reject"
    REDIRECT = "redirect"
    CANCEL = "cancel"
    EMERGENCY_PASS = "emergency-pass"  # noqa: S105 - an event, not a password
    ANSWER_INFO = "answer-info"
    ACK_ADVICE = "ack-advice"
    ACK_REJECT = "ack-reject"
    BOOK = "book"
    WALK_IN = "walk-in"
    CHECK_IN = "check-in"
    REBOOK = "rebook"
    MARK_NO_SHOW = "mark-no-show"
    SEE = "see"
    LEFT_UNSEEN = "left-unseen"
    RETURN_LETTER = "return-letter"
    DECEASED = "deceased"
    ACK_RETURN = "ack-return"
    QUERY_RETURN = "query-return"
    REASSIGN_DOCTOR = "reassign-doctor"
    FIRST_PRIMARY_VISIT = "first-primary-visit"
    LOST_TO_FOLLOW_UP = "lost-to-follow-up"


class Priority(StrEnum):
    URGENT = "urgent"
    ROUTINE = "routine"


class Direction(StrEnum):
    UP = "up"
    DOWN = "down"


TERMINAL = frozenset({State.CLOSED, State.CANCELLED})

# For staff: what the state is called on desks and lists.
STATE_WORDS: dict[State, str] = {
    State.START: N_("Start"),
    State.DRAFT: N_("Draft"),
    State.SUBMITTED: N_("Sent, waiting for the hospital"),
    State.INFO_NEEDED: N_("Hospital asks a question"),
    State.ADVISED: N_("Advice given, no visit needed"),
    State.REJECTED: N_("Not taken by the hospital"),
    State.ACCEPTED: N_("Accepted, no appointment yet"),
    State.BOOKED: N_("Appointment booked"),
    State.NO_SHOW: N_("Appointment missed"),
    State.ARRIVED: N_("At the hospital"),
    State.IN_CARE: N_("In specialist care"),
    State.RETURNED: N_("Letter back, family doctor to read"),
    State.RESUMED: N_("Back with the family doctor"),
    State.CLOSED: N_("Closed"),
    State.CANCELLED: N_("Cancelled"),
}

# For the button of the one who does it.
EVENT_WORDS: dict[Event, str] = {
    Event.OPEN: N_("Open a referral"),
    Event.SEND_DOWN: N_("Send back to the family doctor"),
    Event.SUBMIT: N_("Send the referral"),
    Event.DISCARD: N_("Discard the draft"),
    Event.ACCEPT: N_("Accept"),
    Event.ACCEPT_AND_BOOK: N_("Accept and book"),
    Event.ASK_INFO: N_("Ask the family doctor"),
    Event.ADVISE_ONLY: N_("Give advice, no visit"),
    Event.REJECT: N_("Do not take"),
    Event.REDIRECT: N_("Send to another department"),
    Event.CANCEL: N_("Cancel the referral"),
    Event.EMERGENCY_PASS: N_("Emergency: came at once"),
    Event.ANSWER_INFO: N_("Answer"),
    Event.ACK_ADVICE: N_("Advice read"),
    Event.ACK_REJECT: N_("Read, with another plan"),
    Event.BOOK: N_("Book an appointment"),
    Event.WALK_IN: N_("Came without appointment"),
    Event.CHECK_IN: N_("Has arrived"),
    Event.REBOOK: N_("Change the appointment"),
    Event.MARK_NO_SHOW: N_("Did not come"),
    Event.SEE: N_("Seen"),
    Event.LEFT_UNSEEN: N_("Left without being seen"),
    Event.RETURN_LETTER: N_("Write the return letter"),
    Event.DECEASED: N_("Has died"),
    Event.ACK_RETURN: N_("Letter read, I take over"),
    Event.QUERY_RETURN: N_("Ask about the letter"),
    Event.REASSIGN_DOCTOR: N_("Give to another family doctor"),
    Event.FIRST_PRIMARY_VISIT: N_("Seen again at the clinic"),
    Event.LOST_TO_FOLLOW_UP: N_("Does not come any more"),
}

# For the family: what happened, in plain words.
TOLD: dict[Event, str] = {
    Event.OPEN: N_("The family doctor began a referral"),
    Event.SEND_DOWN: N_("The hospital sent a letter to the family doctor"),
    Event.SUBMIT: N_("The referral was sent to the hospital"),
    Event.DISCARD: N_("The referral was not needed"),
    Event.ACCEPT: N_("The hospital has accepted; an appointment follows"),
    Event.ACCEPT_AND_BOOK: N_("The hospital has accepted and given an appointment"),
    Event.ASK_INFO: N_("The hospital asked the family doctor a question"),
    Event.ADVISE_ONLY: N_("The hospital gave advice; a visit is not needed"),
    Event.REJECT: N_("The hospital could not take the referral; the family doctor makes another plan"),
    Event.REDIRECT: N_("The referral went to a department that fits better"),
    Event.CANCEL: N_("Cancelled"),
    Event.EMERGENCY_PASS: N_("Taken in at once as an emergency"),
    Event.ANSWER_INFO: N_("The family doctor answered the question"),
    Event.ACK_ADVICE: N_("The family doctor has read the advice"),
    Event.ACK_REJECT: N_("The family doctor has made another plan"),
    Event.BOOK: N_("An appointment was booked"),
    Event.WALK_IN: N_("Came to the hospital without an appointment"),
    Event.CHECK_IN: N_("Arrived at the hospital"),
    Event.REBOOK: N_("The appointment was changed"),
    Event.MARK_NO_SHOW: N_("The appointment was missed; a new one can be booked"),
    Event.SEE: N_("The specialist has seen the patient"),
    Event.LEFT_UNSEEN: N_("Left before being seen; a new appointment can be booked"),
    Event.RETURN_LETTER: N_("The specialist wrote the letter for the family doctor"),
    Event.DECEASED: N_("The referral was closed"),
    Event.ACK_RETURN: N_("The family doctor has read the letter and takes over"),
    Event.QUERY_RETURN: N_("The family doctor asked the specialist about the letter"),
    Event.REASSIGN_DOCTOR: N_("Another family doctor takes over"),
    Event.FIRST_PRIMARY_VISIT: N_("Seen again at the clinic: the referral is complete"),
    Event.LOST_TO_FOLLOW_UP: N_("Closed because no visit followed"),
}
