"""Pay what is due for a cover, and the receipt for it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from apps.core import clock
from apps.core.clock import business_day
from apps.core.errors import DomainError, NotAllowed
from apps.core.http import Request, render_page, say
from apps.enrolments.errors import NoLongerFits, NothingDue, PlaceChanged, PlaceTooLate
from apps.enrolments.models import PAYER_NAMES, Contribution, Cover, Receipt
from apps.enrolments.rules.schedule import FAMILY, Payer
from apps.enrolments.selectors import can_be_paid, contributions_of, open_lapse_of, paid_with, points_use_of
from apps.enrolments.services import drop_cover, start_payment
from apps.enrolments.views.common import family_cover, plan_name
from apps.members.permissions import check_is_family


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def pay(request: Request, pk: int) -> HttpResponse:
    """What is to be paid; the button leads to the payment page."""
    now = clock.now()
    cover_id = Contribution.objects.filter(pk=pk).values_list("cover", flat=True).first()
    cover = family_cover(request, cover_id, purpose="payment", now=now)
    rows = contributions_of(cover)
    contribution = next(row for row in rows if row.pk == pk)
    back = reverse("enrolments:cover", args=[cover.pk])
    lapse, today = open_lapse_of(cover), business_day(now)
    if not can_be_paid(contribution, lapse, today):
        return redirect(back)
    if request.method == "POST":
        try:
            checkout = start_payment(contribution_id=pk, actor=request.user, return_url=back, now=now)
        except NothingDue:
            return redirect(back)
        except (PlaceTooLate, PlaceChanged) as error:
            messages.warning(request, say(error))
            return redirect(back)
        except NoLongerFits as error:
            return _answer_again(request, cover, error)
        return redirect(checkout.pay_url)
    together = sorted(paid_with(contribution, rows, today), key=lambda row: (row.due_date, row.pk))
    context = {
        "contribution": contribution,
        "cover": cover,
        "plan_name": plan_name(cover),
        "use": points_use_of(cover) if cover.state == Cover.State.UNPAID else None,
        "lapse": lapse,
        "today": today,
        "together": together,
        "fen": sum(row.left_fen for row in together),
    }
    return render_page(request, "enrolments/pay.html", context)


def _answer_again(request: Request, cover: Cover, error: DomainError) -> HttpResponse:
    """The terms changed before it was paid: make room for a new application."""
    drop_cover(cover_id=cover.pk, actor=request.user, now=clock.now())
    messages.warning(request, say(error))
    return redirect("enrolments:questions", cover.person_id, cover.plan_code)


@login_required
@require_safe
def receipt(request: Request, pk: int) -> HttpResponse:
    """A receipt for printing, of what the family paid: a group's money is receipted to the group."""
    rows = Receipt.objects.select_related(
        "contribution__cover__person", "contribution__cover__plan_version", "contribution__cover__application__actor"
    )
    found = rows.filter(pk=pk, contribution__payer_label__in=FAMILY).first()
    if found is None:
        raise NotAllowed
    cover = found.contribution.cover
    check_is_family(user=request.user, person_id=cover.person_id, purpose="receipt", now=clock.now())
    payer = Payer(found.contribution.payer_label)
    paid_by = cover.application.actor.name if payer is Payer.SELF else PAYER_NAMES[payer]
    context = {"receipt": found, "cover": cover, "plan_name": plan_name(cover), "payer": paid_by}
    return render_page(request, "enrolments/receipt.html", context)
