"""Navigation of every page, by role."""

from django.http import HttpRequest


def navigation(request: HttpRequest) -> dict[str, object]:
    return {"navigation": [], "unread_count": 0}
