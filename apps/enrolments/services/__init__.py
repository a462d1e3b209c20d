"""Apply, pay, start, lapse and end covers."""

from apps.enrolments.services.applying import apply_for_cover, keep_draft
from apps.enrolments.services.covers import (
    activate_cover,
    drop_cover,
    end_covers,
    expire_unpaid,
    forget_drafts,
    remind_unpaid,
)
from apps.enrolments.services.paying import receive_contribution, settle_contributions, start_payment

__all__ = [
    "activate_cover",
    "apply_for_cover",
    "drop_cover",
    "end_covers",
    "expire_unpaid",
    "forget_drafts",
    "keep_draft",
    "receive_contribution",
    "remind_unpaid",
    "settle_contributions",
    "start_payment",
]
