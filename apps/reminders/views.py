"""A person's own messages, and the outbox of the officers."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.models import Role
from apps.accounts.permissions import role_required
from apps.core.clock import now
from apps.core.http import Request, paginate, render_page
from apps.reminders import selectors, services
from apps.reminders.models import Message


@require_GET
@login_required
def inbox(request: Request) -> HttpResponse:
    at = now()
    page = paginate(selectors.inbox_of(request.user, at), request)
    unread = selectors.unread_count(request.user, at)
    return render_page(request, "reminders/inbox.html", {"page": page, "unread": unread})


@require_POST
@login_required
def read_all(request: Request) -> HttpResponse:
    services.mark_read(user=request.user, now=now())
    return redirect("reminders:inbox")


@require_GET
@role_required(Role.CLAIMS_OFFICER, Role.ADMINISTRATOR)
def outbox(request: Request) -> HttpResponse:
    state = request.GET.get("state", "")
    state = state if state in Message.State.values else ""
    counts = selectors.counts_by_state()
    filters = [("", "", sum(counts.values()))]
    filters += [(value, str(label), counts.get(value, 0)) for value, label in Message.State.choices]
    page = paginate(selectors.outbox(state), request, size=30)
    return render_page(request, "reminders/outbox.html", {"page": page, "state": state, "filters": filters})
