"""How long a password has to be, in words of our own: Django's Chinese catalogue lacks one of them."""

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.utils.translation import gettext


class LongEnough(MinimumLengthValidator):
    """At least ``min_length`` characters."""

    def get_error_message(self) -> str:
        return gettext("This password is too short: it needs at least %(count)d characters.") % {
            "count": self.min_length
        }

    def get_help_text(self) -> str:
        return gettext("Your password needs at least %(count)d characters.") % {"count": self.min_length}
