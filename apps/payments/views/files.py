"""Files to and from the bank: batches of payments, statements somebody brings."""

from __future__ import annotations

from uuid import uuid4

from django.contrib import messages
from django.db.models import Count, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.permissions import role_required
from apps.core.clock import now
from apps.core.errors import DomainError
from apps.core.forms import KeyedForm
from apps.core.http import Request, add_error, paginate, render_page, say
from apps.payments import services
from apps.payments.errors import StatementRefused
from apps.payments.forms import StatementForm
from apps.payments.models import Batch, Order, StatementFile
from apps.payments.permissions import PROPOSERS, READERS
from apps.payments.rules.states import State


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*PROPOSERS)
def batches(request: Request) -> HttpResponse:
    """What was sent by file, and the button that makes a file of what waits now."""
    if request.method == "POST":
        form = KeyedForm(request.POST)
        try:
            if form.is_valid():
                batch = services.make_batch(actor=request.user, key=form.cleaned_data["key"], now=now())
                return redirect(batch)
        except DomainError as error:
            messages.warning(request, say(error))
        return redirect("payments:batches")
    rows = Batch.objects.annotate(count=Count("orders"), fen=Sum("orders__amount_fen")).select_related("made_by")
    unsent = Order.objects.filter(state=State.REQUESTED).aggregate(count=Count("id"), fen=Sum("amount_fen", default=0))
    context = {"page": paginate(rows.order_by("-id"), request), "unsent": unsent, "key": uuid4()}
    return render_page(request, "payments/batches.html", context)


@require_safe
@role_required(*READERS)
def batch(request: Request, pk: int) -> HttpResponse:
    found = get_object_or_404(Batch.objects.select_related("made_by"), pk=pk)
    rows = found.orders.select_related("payee_account").order_by("id")
    context = {
        "batch": found,
        "page": paginate(rows, request),
        "fen": rows.aggregate(fen=Sum("amount_fen", default=0))["fen"],
        "is_treasurer": request.user.has_role(*PROPOSERS),
    }
    return render_page(request, "payments/batch.html", context)


@require_safe
@never_cache
@role_required(*PROPOSERS)
def batch_file(request: Request, pk: int) -> HttpResponse:
    found = get_object_or_404(Batch, pk=pk)
    content = services.batch_file(batch=found, actor=request.user, now=now())
    name = f"gongji-payments-{found.pk}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*PROPOSERS)
def statements(request: Request) -> HttpResponse:
    """Bring a statement; below it what was brought."""
    sent = request.method == "POST"
    form = StatementForm(request.POST, request.FILES) if sent else StatementForm()
    problems: list[tuple[str, str]] = []
    if sent and form.is_valid():
        file = form.cleaned_data["statement"]
        try:
            brought, is_known = services.bring_statement(
                content=file.read(), name=file.name, actor=request.user, now=now()
            )
            _tell(request, brought, is_known)
            return redirect("payments:statements")
        except StatementRefused as error:
            add_error(form, error)
            problems = error.problems
    page = paginate(StatementFile.objects.select_related("brought_by").order_by("-id"), request)
    return render_page(request, "payments/statements.html", {"form": form, "problems": problems, "page": page})


def _tell(request: Request, brought: StatementFile, is_known: bool) -> None:
    if is_known:
        messages.info(request, _("This very file was brought before: nothing has changed."))
    else:
        said = _("%(fresh)s new lines of %(lines)s were taken in; the others were known.")
        messages.success(request, said % {"fresh": brought.fresh, "lines": brought.lines})
