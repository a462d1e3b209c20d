"""Paying in: to the bank's page and back."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.core.clock import now
from apps.core.http import Request, render_page
from apps.payments import services
from apps.payments.models import Checkout, CheckoutState


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
