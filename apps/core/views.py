"""Error pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def session_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was open for too long, or cookies are off; what was typed stays in the browser."""
    return render(request, "403_csrf.html", status=403)
