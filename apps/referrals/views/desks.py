"""The desks of the hospital: what waits for whom, urgent and late first."""

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from apps.accounts.models import Role
from apps.accounts.permissions import role_required
from apps.care.permissions import readable_people
from apps.core.clock import now
from apps.core.http import Request, paginate, render_page
from apps.members.rules.access import Rule
from apps.referrals import selectors
from apps.referrals.permissions import departments_of
from apps.referrals.rules.words import State
from apps.referrals.selectors.desks import DESK_LISTS, SPECIALIST_LISTS


def _desk(request: Request, template: str, lists: dict[str, tuple[State, ...]]) -> HttpResponse:
    at = now()
    departments = list(departments_of(request.user).values_list("pk", flat=True))
    counts = selectors.desk_counts(departments, lists)
    chosen = request.GET.get("show", "")
    if chosen not in lists:
        chosen = next((name for name, number in counts.items() if number), next(iter(lists)))
    page = paginate(selectors.work_at(departments).filter(state__in=lists[chosen]), request, size=40)
    people = {referral.person_id for referral in page}
    readable = readable_people(
        user=request.user, person_ids=people, purpose="referral list", now=at, rule=Rule.REFERRAL
    )
    rows = selectors.desk_rows(list(page), readable=readable, now=at)
    return render_page(request, template, {"page": page, "rows": rows, "counts": counts, "chosen": chosen})


@require_GET
@role_required(Role.COORDINATOR)
def desk(request: Request) -> HttpResponse:
    return _desk(request, "referrals/desk.html", DESK_LISTS)


@require_GET
@role_required(Role.SPECIALIST)
def specialist(request: Request) -> HttpResponse:
    return _desk(request, "referrals/specialist.html", SPECIALIST_LISTS)
