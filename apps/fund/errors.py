"""What the ledger refuses, each with a text for the person."""

from apps.core.errors import N_, DomainError


class KeyReused(DomainError):
    """The same idempotency key came with other input: somewhere two different things claim to be one."""

    code = "ledger-key-reused"
    message = N_("An entry with the key %(key)s was booked before with other content.")


class ClosedPeriod(DomainError):
    code = "closed-period"
    message = N_("The books are closed for %(day)s. Book it on a later day.")


class Overdrawn(DomainError):
    """An account that may not go below zero would."""

    code = "overdrawn"
    message = N_("There is not enough money for this on one of the accounts: %(accounts)s.")


class AlreadyReversed(DomainError):
    code = "already-reversed"
    message = N_("This entry was reversed before.")
