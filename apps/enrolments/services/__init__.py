"""Apply, pay, start, lapse, bring back, leave and end covers; groups: agree, take in rosters, pay invoices."""

from apps.enrolments.services.agreements import conclude_agreement
from apps.enrolments.services.applying import apply_for_cover, keep_draft
from apps.enrolments.services.covers import (
    close_lapses,
    end_covers,
    expire_unpaid,
    forget_drafts,
    forgive_rest,
    lapse_covers,
)
from apps.enrolments.services.invoices import make_invoice, settle_invoices, start_invoice_payment
from apps.enrolments.services.leaving import drop_cover, leave_cover, what_comes_back
from apps.enrolments.services.paying import expect_transfer, start_payment
from apps.enrolments.services.places import accept_place, lapse_places, refuse_place
from apps.enrolments.services.points import do_task
from apps.enrolments.services.receiving import receive_contribution, settle_contributions
from apps.enrolments.services.refunding import name_refund_account, pay_refunds
from apps.enrolments.services.reminding import remind_unpaid
from apps.enrolments.services.roster_checking import check_rosters
from apps.enrolments.services.roster_enrolling import enrol_rosters
from apps.enrolments.services.rosters import confirm_roster, forget_rosters, upload_roster, withdraw_roster
from apps.enrolments.services.starting import activate_cover
from apps.enrolments.services.using import note_claim

__all__ = [
    "accept_place",
    "activate_cover",
    "apply_for_cover",
    "check_rosters",
    "close_lapses",
    "conclude_agreement",
    "confirm_roster",
    "do_task",
    "drop_cover",
    "end_covers",
    "enrol_rosters",
    "expect_transfer",
    "expire_unpaid",
    "forget_drafts",
    "forget_rosters",
    "forgive_rest",
    "keep_draft",
    "lapse_covers",
    "lapse_places",
    "leave_cover",
    "make_invoice",
    "name_refund_account",
    "note_claim",
    "pay_refunds",
    "receive_contribution",
    "refuse_place",
    "remind_unpaid",
    "settle_contributions",
    "settle_invoices",
    "start_invoice_payment",
    "start_payment",
    "upload_roster",
    "what_comes_back",
    "withdraw_roster",
]
