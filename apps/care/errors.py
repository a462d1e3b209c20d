"""What may not happen in care, each with the words for the person."""

from apps.core.errors import N_, DomainError


class NoFreePlace(DomainError):
    code = "no-free-place"
    message = N_("%(doctor)s has no free place any more. Please choose another doctor.")
    field = "doctor"


class NotAccepting(DomainError):
    code = "not-accepting"
    message = N_("%(doctor)s takes no new patients at the moment. Please choose another doctor.")
    field = "doctor"


class TaskIsClosed(DomainError):
    code = "task-closed"
    message = N_("This follow-up is no longer open. Please go back to today's list.")


class NotYourPatient(DomainError):
    code = "not-your-patient"
    message = N_("This person has no contract with you.")
    status = 404


class VisitAhead(DomainError):
    code = "visit-ahead"
    message = N_("The day of the visit cannot be in the future.")
    field = "held_on"


class VisitBefore(DomainError):
    code = "visit-before"
    message = N_("The day of the visit cannot be before %(day)s, the day of the last visit or of your contract.")
    field = "held_on"
