"""A group's own pages: what was agreed, who is covered, what is owed and paid; for the treasurer: new agreements."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.models import Role
from apps.accounts.permissions import role_required
from apps.core import clock
from apps.core.clock import business_day
from apps.core.errors import DomainError
from apps.core.http import Request, add_error, paginate, render_page
from apps.directory.models import Organisation
from apps.enrolments.errors import NothingDue
from apps.enrolments.group_forms import AgreementForm
from apps.enrolments.group_pages import fact_choices, going_back, in_words, plan_names
from apps.enrolments.models import Agreement
from apps.enrolments.permissions import GROUP_KINDS, agreements_for, check_group
from apps.enrolments.selectors import invoices_of, refunds_without_account, rosters_of
from apps.enrolments.services import conclude_agreement, make_invoice, start_invoice_payment
from apps.plans.models import PlanVersion
from apps.plans.selectors import terms_of
from apps.plans.words import in_language


def _language() -> str:
    return get_language() or "en"


@role_required(Role.SPONSOR)
@require_safe
def groups(request: Request) -> HttpResponse:
    """Every agreement of the groups the user works for."""
    agreements = agreements_for(request.user).order_by("-since", "-pk")
    rows = in_words(agreements, _language(), business_day(clock.now()))
    return render_page(request, "enrolments/groups.html", {"rows": rows})


@role_required(Role.SPONSOR)
@require_safe
def group(request: Request, pk: int) -> HttpResponse:
    """One agreement: members, money, rosters, and the statement of contributions.  No health data of anybody."""
    agreement = check_group(request.user, pk)
    (words,) = in_words([agreement], _language(), business_day(clock.now()))
    page = paginate(rosters_of(agreement), request)
    invoices = list(invoices_of(agreement)[:50])
    context = {"row": words, "page": page, "invoices": invoices, "going_back": going_back(agreement)}
    return render_page(request, "enrolments/group.html", context)


@role_required(Role.SPONSOR)
@require_http_methods(["GET", "HEAD", "POST"])
def pay_group(request: Request, pk: int) -> HttpResponse:
    """All that is owed, as one invoice; the button leads to the payment page."""
    agreement, back = check_group(request.user, pk), reverse("enrolments:group", args=[pk])
    now = clock.now()
    if request.method == "POST":
        try:
            invoice = make_invoice(agreement_id=pk, actor=request.user, now=now)
            checkout = start_invoice_payment(invoice_id=invoice.pk, actor=request.user, return_url=back, now=now)
        except NothingDue:
            return redirect(back)
        return redirect(checkout.pay_url)
    (words,) = in_words([agreement], _language(), business_day(now))
    return render_page(request, "enrolments/pay_group.html", {"row": words})


@role_required(Role.TREASURER)
@require_safe
def agreements(request: Request) -> HttpResponse:
    """Every agreement with every group."""
    rows = Agreement.objects.select_related("organisation", "concluded_by").order_by("-concluded_at", "-pk")
    page = paginate(rows, request)
    names = plan_names(page, _language())
    waiting = refunds_without_account(page)
    named = [(one, names[one.plan_code], waiting.get(one.organisation_id, 0)) for one in page]
    return render_page(request, "enrolments/agreements.html", {"page": page, "rows": named})


@role_required(Role.TREASURER)
@require_http_methods(["GET", "HEAD", "POST"])
def agree(request: Request) -> HttpResponse:
    """A new agreement."""
    now = clock.now()
    today = business_day(now)
    organisations = Organisation.objects.filter(kind__in=GROUP_KINDS).order_by("code")
    versions = PlanVersion.objects.in_force(today).order_by("code")
    form = AgreementForm(
        request.POST or None,
        groups=[(str(one.pk), str(one)) for one in organisations],
        plans=[(version.code, in_language(terms_of(version).name, _language())) for version in versions],
        values=fact_choices(_language()),
    )
    if request.method == "POST" and form.is_valid() and _agree(request, form):
        return redirect("enrolments:agreements")
    return render_page(request, "enrolments/agree.html", {"form": form})


def _agree(request: Request, form: AgreementForm) -> Agreement | None:
    """The agreement, or None when the form says what is wrong."""
    typed = form.cleaned_data
    try:
        return conclude_agreement(
            actor=request.user,
            organisation_id=typed["organisation_id"],
            plan_code=typed["plan_code"],
            group_fen=typed["group_fen"],
            members_confirm=typed["members_confirm"] == "yes",
            since=typed["since"],
            until=typed["until"],
            facts=form.facts(),
            key=typed["key"],
            now=clock.now(),
        )
    except DomainError as error:
        add_error(form, error)
        return None
