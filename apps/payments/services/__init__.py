"""Everything other apps may do with payments."""

from apps.payments.services.checkouts import (
    confirm_checkout,
    confirm_checkouts,
    open_checkout,
    payment_page,
)
from apps.payments.services.orders import (
    record_accepted,
    record_failed,
    record_unsure,
    request_payment,
)
from apps.payments.services.payees import HOLD, clean_number, name_payee_account
from apps.payments.services.sending import expire_leases, resolve_unknown, send_due_payments
from apps.payments.services.statement import read_statement, take_lines

__all__ = [
    "HOLD",
    "clean_number",
    "confirm_checkout",
    "confirm_checkouts",
    "expire_leases",
    "name_payee_account",
    "open_checkout",
    "payment_page",
    "read_statement",
    "record_accepted",
    "record_failed",
    "record_unsure",
    "request_payment",
    "resolve_unknown",
    "send_due_payments",
    "take_lines",
]
