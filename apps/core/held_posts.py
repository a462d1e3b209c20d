"""A form sent after the session ran out: keep what was typed, and fill it in again after signing in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, QueryDict

from apps.core.fields import decrypt, encrypt

View = Callable[..., HttpResponse]
SLOT, CONTEXT = "held_post", "session:held_post"
LONGEST = 64 * 1024


def keeps_post(view: View) -> View:
    """Ask to sign in like ``login_required``, holding a posted form in the session, encrypted; files are not held."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if request.method == "POST":
            _hold(request)
        return redirect_to_login(request.get_full_path())

    return guarded


def _hold(request: HttpRequest) -> None:
    typed = request.POST.copy()
    typed.pop("csrfmiddlewaretoken", None)
    text = typed.urlencode()
    if len(text) <= LONGEST:
        request.session[SLOT] = {"path": request.get_full_path(), "typed": encrypt(text, context=CONTEXT)}


def held_post(request: HttpRequest) -> QueryDict | None:
    """What was typed on this very page before signing in, handed out once."""
    held = request.session.get(SLOT)
    if not held or held["path"] != request.get_full_path():
        return None
    del request.session[SLOT]
    return QueryDict(decrypt(held["typed"], context=CONTEXT))
