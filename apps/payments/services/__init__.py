"""Everything other apps may do with payments."""

from apps.payments.services.batches import batch_file, make_batch
from apps.payments.services.bringing import bring_statement
from apps.payments.services.checkouts import (
    confirm_checkout,
    confirm_checkouts,
    open_checkout,
    payment_page,
)
from apps.payments.services.claiming import wake_held
from apps.payments.services.orders import (
    Payment,
    record_accepted,
    record_failed,
    record_unsure,
    request_payment,
    request_payments,
)
from apps.payments.services.payees import HOLD, clean_number, name_payee_account
from apps.payments.services.proposals import (
    confirm,
    propose_for_line,
    propose_for_order,
    propose_limits,
    refuse,
    take_back,
)
from apps.payments.services.rests import pay_rest_again
from apps.payments.services.sending import ask_again, expire_leases, resolve_unknown, send_due_payments
from apps.payments.services.statement import read_statement, take_lines

__all__ = [
    "HOLD",
    "Payment",
    "ask_again",
    "batch_file",
    "bring_statement",
    "clean_number",
    "confirm",
    "confirm_checkout",
    "confirm_checkouts",
    "expire_leases",
    "make_batch",
    "name_payee_account",
    "open_checkout",
    "pay_rest_again",
    "payment_page",
    "propose_for_line",
    "propose_for_order",
    "propose_limits",
    "read_statement",
    "record_accepted",
    "record_failed",
    "record_unsure",
    "refuse",
    "request_payment",
    "request_payments",
    "resolve_unknown",
    "send_due_payments",
    "take_back",
    "take_lines",
    "wake_held",
]
