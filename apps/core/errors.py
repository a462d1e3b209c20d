"""What may go wrong in words: operations that must not happen, each with a code and a text for the person."""

from __future__ import annotations

from collections.abc import Mapping


def N_(text: str) -> str:
    """Mark a text for translation; it is translated once, where it meets HTTP."""
    return text


class Told:
    """A text for a person: an English msgid with ``%(name)s`` places and what fills them, some of it such texts too.

    As a string it is English; `apps.core.http.say` gives it in the reader's language.
    """

    message: str
    params: Mapping[str, object]

    def __init__(self, message: str, /, **params: object) -> None:
        self.message, self.params = message, params

    def __str__(self) -> str:
        return self.message % self.params if self.params else self.message


class DomainError(Told, Exception):
    """An operation that must not happen.

    ``code`` is stable and for programs; ``field`` names the form field it concerns, ``status`` the HTTP status of a
    whole-page answer.
    """

    code = "refused"
    message = N_("This cannot be done.")
    field: str | None = None
    status = 409

    def __init__(self, **params: object) -> None:
        super().__init__(self.message, **params)
        self.args = (self.code, params)


class NotAllowed(DomainError):
    """The person has no right to this; pages answer 404 so that nothing is given away."""

    code = "not-allowed"
    message = N_("You have no access to this.")
    status = 404
