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


class NotCorrectable(DomainError):
    """The entry belongs to a process that takes it back itself: a claim, a payment, a close."""

    code = "not-correctable"
    message = N_(
        "This entry is taken back where it comes from: the claim, the payment or the close. "
        "Correct it there, and the ledger follows."
    )


class ReasonMissing(DomainError):
    code = "reason-missing"
    field = "reason"
    message = N_("Say why, so that whoever reads this later understands it.")


class SecondPersonNeeded(DomainError):
    code = "second-person-needed"
    message = N_("You have asked for this yourself. Another person must agree to it.")


class AlreadyDecided(DomainError):
    code = "already-decided"
    message = N_("Somebody has decided this already.")
