"""Whoever works for the fund signs in with a second factor."""

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

Handler = Callable[[HttpRequest], HttpResponse]
OPEN_PATHS = ("/account/", "/language/", "/static/")


class SecondFactorMiddleware:
    """Send staff without a second factor to set one up, where the settings make it compulsory."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.MFA_COMPULSORY_FOR_STAFF and not request.path.startswith(OPEN_PATHS) and _lacks_one(request):
            messages.info(request, _("Your work needs a second step at sign-in. Please set one up now."))
            return redirect("mfa_index")
        return self.get_response(request)


def _lacks_one(request: HttpRequest) -> bool:
    user = request.user
    return user.is_authenticated and user.is_staff and not is_mfa_enabled(user)
