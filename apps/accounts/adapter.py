"""How sign-in behaves where the library leaves it open."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def get_client_ip(self, request: HttpRequest) -> str:
        """The address the web server saw; a forwarded header is believed only from our own proxy (see operation)."""
        return str(request.META["REMOTE_ADDR"])
