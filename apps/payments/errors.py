"""What payments refuse, each with a text for the person."""

from apps.core.errors import N_, DomainError


class WrongAccountNumber(DomainError):
    code = "wrong-account-number"
    field = "number"
    message = N_("A bank account number has 8 to 30 digits. Please compare it with the card or the bank's letter.")


class PaymentKeyReused(DomainError):
    """Two different payments claim to be one."""

    code = "payment-key-reused"
    message = N_("This payment was asked for before with other details.")


class BankSilent(DomainError):
    """The payment page could not be opened; nothing was paid."""

    code = "bank-silent"
    status = 503
    message = N_("The payment page does not answer at the moment. Nothing was paid. Please try again in a few minutes.")
