"""Apply, pay, start, lapse, bring back, leave and end covers."""

from apps.enrolments.services.applying import apply_for_cover, keep_draft
from apps.enrolments.services.covers import (
    close_lapses,
    end_covers,
    expire_unpaid,
    forget_drafts,
    forgive_rest,
    lapse_covers,
)
from apps.enrolments.services.leaving import drop_cover, leave_cover, what_comes_back
from apps.enrolments.services.paying import start_payment
from apps.enrolments.services.receiving import receive_contribution, settle_contributions
from apps.enrolments.services.refunding import pay_refunds
from apps.enrolments.services.reminding import remind_unpaid
from apps.enrolments.services.starting import activate_cover
from apps.enrolments.services.using import note_claim

__all__ = [
    "activate_cover",
    "apply_for_cover",
    "close_lapses",
    "drop_cover",
    "end_covers",
    "expire_unpaid",
    "forget_drafts",
    "forgive_rest",
    "keep_draft",
    "lapse_covers",
    "leave_cover",
    "note_claim",
    "pay_refunds",
    "receive_contribution",
    "remind_unpaid",
    "settle_contributions",
    "start_payment",
    "what_comes_back",
]
