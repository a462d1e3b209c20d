"""Paying in (to the bank's page and back), and the treasurer's view of money out."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.accounts.models import Role
from apps.accounts.permissions import role_required
from apps.core.clock import now
from apps.core.http import Request, paginate, render_page
from apps.fund.selectors import entries_of
from apps.payments import selectors, services
from apps.payments.models import STATES, Checkout, CheckoutState, Order

READERS = (Role.TREASURER, Role.AUDITOR)


@require_safe
@never_cache
@login_required
def pay(request: Request, token: UUID) -> HttpResponse:
    """Go on to the bank's payment page; nothing is written here, the bank knows the key."""
    checkout = get_object_or_404(Checkout, token=token)
    back = reverse("payments:return", args=[token])
    if checkout.state != CheckoutState.OPEN:
        return HttpResponseRedirect(back)
    page = services.payment_page(
        checkout=checkout, return_url=request.build_absolute_uri(back), language=get_language() or "en"
    )
    return HttpResponseRedirect(page)


@require_safe
@never_cache
@login_required
def returned(request: Request, token: UUID) -> HttpResponse:
    """Back from the bank: coming back proves nothing, so the bank is asked until it answers."""
    checkout = get_object_or_404(Checkout, token=token)
    checkout = services.confirm_checkout(checkout_id=checkout.pk, now=now())
    return render_page(request, "payments/return.html", {"checkout": checkout})


@require_safe
@role_required(*READERS)
def orders(request: Request) -> HttpResponse:
    chosen = request.GET.get("state", "")
    counts = selectors.counts_by_state()
    context = {
        "page": paginate(selectors.orders(chosen), request),
        "chosen": chosen,
        "filters": [(state, name, counts[state]) for state, name in STATES],
        "total": sum(counts.values()),
        "differences": selectors.differences().count(),
    }
    return render_page(request, "payments/orders.html", context)


@require_safe
@role_required(*READERS)
def order(request: Request, pk: int) -> HttpResponse:
    found = get_object_or_404(Order.objects.select_related("payee_account"), pk=pk)
    context = {
        "order": found,
        "events": found.events.order_by("-id"),
        "entries": entries_of("payments.order", found.pk),
        "lines": found.statement_lines.order_by("number"),
    }
    return render_page(request, "payments/order.html", context)


@require_safe
@role_required(*READERS)
def differences(request: Request) -> HttpResponse:
    page = paginate(selectors.differences(), request)
    return render_page(request, "payments/differences.html", {"page": page})
