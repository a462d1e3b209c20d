"""Reads of referrals: desks, one referral with its way, a person's timeline."""

from apps.referrals.selectors.desks import DeskRow, desk_counts, desk_rows, work_at
from apps.referrals.selectors.one import (
    Letter,
    Step,
    free_slots,
    is_written,
    letter_of,
    open_referrals_of,
    referral_by_id,
    steps_of,
)
from apps.referrals.selectors.timeline import timeline_entries

__all__ = [
    "DeskRow",
    "Letter",
    "Step",
    "desk_counts",
    "desk_rows",
    "free_slots",
    "is_written",
    "letter_of",
    "open_referrals_of",
    "referral_by_id",
    "steps_of",
    "timeline_entries",
    "work_at",
]
