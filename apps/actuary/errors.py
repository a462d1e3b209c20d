"""Why a period cannot be closed or opened again now."""

from apps.core.errors import N_, DomainError


class NothingToClose(DomainError):
    code = "nothing-to-close"
    message = N_("Nothing has been booked yet, so there is no quarter to close.")


class NotThisPeriod(DomainError):
    code = "not-this-period"
    message = N_("A month begins on its first day, a quarter on the first day of January, April, July or October.")


class PeriodNotEnded(DomainError):
    code = "period-not-ended"
    message = N_("This period lasts until %(last_day)s. It can be closed from the day after.")


class EarlierPeriodOpen(DomainError):
    code = "earlier-period-open"
    message = N_("The period from %(start)s is not closed yet. Periods are closed one after the other.")


class AlreadyClosed(DomainError):
    code = "already-closed"
    message = N_("This period is closed. Its figures stay as they are.")


class NotTheLatest(DomainError):
    code = "not-the-latest"
    message = N_("Only the period closed last can be opened again, and only while no other one is being closed.")


class SurplusSpent(DomainError):
    code = "surplus-spent"
    message = N_(
        "Money of this close is spent already: its surplus is granted or its allowances are on the way. "
        "It stays closed; correct it in the period that is open now."
    )


class NotAPeriod(DomainError):
    code = "not-a-period"
    message = N_("A period begins before it ends, and does not reach into the future.")
    field = "until"


class ChangeUnusable(DomainError):
    """A changed parameter that the terms cannot take; ``field`` is its name."""

    code = "change-unusable"
    message = N_("With this value the terms do not hold together any more: %(problem)s. Choose another one.")

    def __init__(self, name: str, problem: object) -> None:
        super().__init__(problem=problem)
        self.field = name


class NotACode(ChangeUnusable):
    code = "not-a-code"
    message = N_("“%(problem)s” is not a code: codes have letters, digits, dots and hyphens only.")


class NotAMedicine(ChangeUnusable):
    code = "not-a-medicine"
    message = N_("“%(problem)s” is not an ATC code. Write codes such as R03 or R03BA02, with commas between.")
