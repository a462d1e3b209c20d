"""Apply, pay, start, lapse and end covers; groups: agree, take in rosters, give places, pay invoices."""

from apps.enrolments.services.agreements import conclude_agreement
from apps.enrolments.services.applying import apply_for_cover, keep_draft
from apps.enrolments.services.covers import (
    activate_cover,
    drop_cover,
    end_covers,
    expire_unpaid,
    forget_drafts,
    remind_unpaid,
)
from apps.enrolments.services.invoices import make_invoice, settle_invoices, start_invoice_payment
from apps.enrolments.services.paying import receive_contribution, settle_contributions, start_payment
from apps.enrolments.services.places import accept_place, lapse_places, refuse_place
from apps.enrolments.services.roster_checking import check_rosters
from apps.enrolments.services.roster_enrolling import enrol_rosters
from apps.enrolments.services.rosters import confirm_roster, forget_rosters, upload_roster, withdraw_roster

__all__ = [
    "accept_place",
    "activate_cover",
    "apply_for_cover",
    "check_rosters",
    "conclude_agreement",
    "confirm_roster",
    "drop_cover",
    "end_covers",
    "enrol_rosters",
    "expire_unpaid",
    "forget_drafts",
    "forget_rosters",
    "keep_draft",
    "lapse_places",
    "make_invoice",
    "receive_contribution",
    "refuse_place",
    "remind_unpaid",
    "settle_contributions",
    "settle_invoices",
    "start_invoice_payment",
    "start_payment",
    "upload_roster",
    "withdraw_roster",
]
