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


class SecondPersonNeeded(DomainError):
    code = "second-person-needed"
    message = N_("You proposed this yourself: a second person, a treasurer or a member of the council, confirms it.")


class CausedByYou(DomainError):
    code = "caused-by-you"
    message = N_("This payment follows from your own decision: two other people release it.")


class AlreadyDecided(DomainError):
    code = "proposal-already-decided"
    message = N_("This proposal was decided before. Look at it again: it shows what became of it.")


class AlreadyProposed(DomainError):
    code = "already-proposed"
    message = N_("Something else is proposed for this already. Let it be confirmed or take it back first.")


class MovedOn(DomainError):
    """What was proposed does not fit the state any more."""

    code = "moved-on"
    message = N_("This has moved on in the meantime. Look at it again before you go on.")


class AccountChanged(DomainError):
    code = "payee-account-changed"
    message = N_("The payee has named another account in the meantime. Compare both, then propose the release again.")


class DoesNotFit(DomainError):
    """An explanation does not fit its line; the message is the reason."""

    code = "does-not-fit"
    field = "what"

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.message = reason


class LimitsContradict(DomainError):
    """One limit takes another one's sense away; the message is the reason, ``field`` the limit."""

    code = "limits-contradict"

    def __init__(self, field: str, reason: str) -> None:
        super().__init__()
        self.field, self.message = field, reason


class NothingToSend(DomainError):
    code = "nothing-to-send"
    message = N_("No payment waits to be sent: what is large or over a limit waits for its release first.")


class PaymentsFrozen(DomainError):
    """The books were restored and may lack what the bank did: nothing may reach it, by file neither."""

    code = "payments-frozen"
    message = N_("Payments are frozen until what the bank did since the backup is explained. No file is made or given.")


class BatchDiffers(DomainError):
    """The file made now is not the file that was made first: somebody changed what it is made of."""

    code = "batch-differs"
    message = N_("This file cannot be made again as it was. Do not hand it to the bank; tell whoever runs the portal.")


class StatementRefused(DomainError):
    """A statement file of which nothing was taken; the message is the reason, ``problems`` are rows with theirs."""

    code = "statement-refused"
    field = "statement"

    def __init__(self, reason: str, problems: list[tuple[str, str]] | None = None) -> None:
        super().__init__()
        self.message, self.problems = reason, problems or []
