"""What happens around every view: impossible addresses and refusals become pages, private pages stay private."""

import re
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control

from apps.core.errors import DomainError
from apps.core.http import say

Handler = Callable[[HttpRequest], HttpResponse]
NOWHERE = re.compile(r"\x00|(^|/)[0-9]{19,}(/|$)")


class AddressMiddleware:
    """An address with a number above any id, or with a character no text can hold, is not found like any other."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if NOWHERE.search(request.path_info) or "%00" in request.META.get("QUERY_STRING", ""):
            raise Http404
        return self.get_response(request)


class DomainErrorMiddleware:
    """Answer a DomainError that no form has caught with one calm page (or 404)."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, DomainError):
            return None
        template = "404.html" if exception.status == 404 else "refused.html"
        return render(request, template, {"reason": say(exception)}, status=exception.status)


class PrivatePagesMiddleware:
    """Pages of someone signed in stay in the browser's memory only: back works, disks and proxies keep nothing."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated and "Cache-Control" not in response:
            patch_cache_control(response, private=True, no_cache=True, max_age=0)
        return response
