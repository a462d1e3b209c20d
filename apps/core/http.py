"""How a view answers: one template a page, one named partial a swap, errors in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from apps.core.errors import DomainError, Told

if TYPE_CHECKING:
    from django.forms import BaseForm
    from django_htmx.middleware import HtmxDetails

    from apps.accounts.models import User

    class Request(HttpRequest):
        """A request by someone signed in, as every view behind ``login_required`` sees it."""

        user: User
        htmx: HtmxDetails
else:
    Request = HttpRequest


def render_page(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """The whole page, or the partial named like the htmx target."""
    target = getattr(getattr(request, "htmx", None), "target", None)
    boosted = getattr(getattr(request, "htmx", None), "boosted", False)
    name = f"{template}#{target}" if target and not boosted else template
    return render(request, name, context, status=status)


def say(told: Told) -> str:
    """The text in the reader's language, and so the texts inside it."""
    params = {name: say(value) if isinstance(value, Told) else value for name, value in told.params.items()}
    return gettext(told.message) % params if params else gettext(told.message)


def add_error(form: BaseForm, error: DomainError) -> None:
    """Put a refusal at the field it concerns, or on top of the form."""
    form.add_error(error.field if error.field in form.fields else None, say(error))


def paginate(rows: QuerySet[Any] | Sequence[Any], request: HttpRequest, size: int = 20) -> Page[Any]:
    """One page of rows; a page number that makes no sense shows the nearest one."""
    return Paginator(rows, size).get_page(request.GET.get("page"))
