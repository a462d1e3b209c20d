"""What happens around every view: impossible addresses and refusals become pages, private pages stay private.

A view whose transaction the database gave up for another one runs again.
"""

import logging
import re
import time
from collections.abc import Callable

import psycopg
from django.db import OperationalError, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control

from apps.core.errors import DomainError
from apps.core.http import say

logger = logging.getLogger(__name__)
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


class OnceAgainMiddleware:
    """A view that lost a deadlock runs again, from the address on; what it answers then is the answer.

    Two transactions that post and post again may lock the same accounts the other way round (`fund_post` orders them
    within one call only).  The database then ends one of them: what that one wrote is gone, its locks are free and its
    rings not sent.  What the view committed before stays and is met again, as after a second click: every write is
    idempotent by its key.  Not where a transaction is still open around the view: a second run would join a doomed one.
    Must be the innermost middleware, so that only the view and what belongs to it runs again.
    """

    SQLSTATES = ("40P01", "40001")  # deadlock detected, could not serialize
    RUNS = 3
    PAUSE = 0.05  # seconds, in which the other one takes the locks it waits for: at once, the view would snatch them

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response, runs = self.get_response(request), 1
        while getattr(request, "runs", 1) > runs:
            runs += 1
            time.sleep(self.PAUSE * (runs - 1))
            response = self.get_response(request)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        runs = getattr(request, "runs", 1)
        is_over = connection.in_atomic_block or runs == self.RUNS
        if is_over or not self._is_given_up(exception) or not _rewind(request):
            return None
        logger.warning("%s %s lost a deadlock and runs again", request.method, request.path)
        request.runs = runs + 1  # type: ignore[attr-defined]
        return HttpResponse(status=503)  # nobody sees it

    def _is_given_up(self, exception: Exception) -> bool:
        cause = exception.__cause__
        return (
            isinstance(exception, OperationalError)
            and isinstance(cause, psycopg.Error)
            and cause.sqlstate in self.SQLSTATES
        )


def _rewind(request: HttpRequest) -> bool:
    """Whether what was sent can be read from its beginning again: fields are kept, files must still be open."""
    files = [file for _name, sent in request.FILES.lists() for file in sent]
    if any(file.closed for file in files):
        return False
    for file in files:
        file.seek(0)
    return True
