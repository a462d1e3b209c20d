"""What the council does, each in one transaction: seat, propose, open, vote, close, cancel."""

from apps.governance.services.cancelling import cancel
from apps.governance.services.closing import close_ballot, continue_resolutions
from apps.governance.services.granting import lapse_grants, pay_grant_again
from apps.governance.services.opening import open_ballot
from apps.governance.services.proposing import LineDraft, propose
from apps.governance.services.ratifying import ratify
from apps.governance.services.seating import end_seat, name_control, seat_member
from apps.governance.services.voting import cast_vote

__all__ = [
    "LineDraft",
    "cancel",
    "cast_vote",
    "close_ballot",
    "continue_resolutions",
    "end_seat",
    "lapse_grants",
    "name_control",
    "open_ballot",
    "pay_grant_again",
    "propose",
    "ratify",
    "seat_member",
]
