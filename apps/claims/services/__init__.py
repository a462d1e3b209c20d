"""Writes: file a bill, decide it, review what is held, pay what is owed; keep drafts."""

from apps.claims.services.accounts import current_account, name_account
from apps.claims.services.deciding import decide_bill, preview
from apps.claims.services.drafts import drop_draft, forget_drafts, save_section, start_draft
from apps.claims.services.filing import submit_bill
from apps.claims.services.payouts import open_payments, pay_again, tell_endings
from apps.claims.services.review import review_claim, take_claim

__all__ = [
    "current_account",
    "decide_bill",
    "drop_draft",
    "forget_drafts",
    "name_account",
    "open_payments",
    "pay_again",
    "preview",
    "review_claim",
    "save_section",
    "start_draft",
    "submit_bill",
    "take_claim",
    "tell_endings",
]
