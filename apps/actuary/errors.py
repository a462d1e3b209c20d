"""Why a quarter cannot be closed now."""

from apps.core.errors import N_, DomainError


class NothingToClose(DomainError):
    code = "nothing-to-close"
    message = N_("Nothing has been booked yet, so there is no quarter to close.")


class NotAQuarter(DomainError):
    code = "not-a-quarter"
    message = N_("A quarter begins on the first day of January, April, July or October.")


class QuarterNotEnded(DomainError):
    code = "quarter-not-ended"
    message = N_("This quarter lasts until %(last_day)s. It can be closed from the day after.")


class EarlierQuarterOpen(DomainError):
    code = "earlier-quarter-open"
    message = N_("The quarter from %(start)s is not closed yet. Quarters are closed one after the other.")


class AlreadyClosed(DomainError):
    code = "already-closed"
    message = N_("This quarter is closed. Its figures stay as they are.")


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
