"""Money out (orders to the bank), money in (checkouts), who is paid, and what the bank's statement said."""

from apps.payments.models.checkouts import Checkout, CheckoutState
from apps.payments.models.orders import STATES, Batch, Order, OrderEvent, Purpose
from apps.payments.models.payees import DayTotal, Limits, PayeeAccount
from apps.payments.models.proposals import Proposal
from apps.payments.models.statement import FileKind, LineState, StatementFeed, StatementFile, StatementLine

__all__ = [
    "STATES",
    "Batch",
    "Checkout",
    "CheckoutState",
    "DayTotal",
    "FileKind",
    "Limits",
    "LineState",
    "Order",
    "OrderEvent",
    "PayeeAccount",
    "Proposal",
    "Purpose",
    "StatementFeed",
    "StatementFile",
    "StatementLine",
]
