"""What may not happen to accounts."""

from apps.core.errors import N_, DomainError


class LastAdministrator(DomainError):
    code = "last-administrator"
    message = N_("This is the last administrator. Make someone else administrator first.")
    field = "roles"
