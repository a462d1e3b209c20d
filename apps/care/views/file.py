"""The health file and one visit, for whoever may read them; each read is logged."""

import json

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.views.decorators.http import require_GET

from apps.care import selectors, wording
from apps.care.models import FollowUp
from apps.care.permissions import cares_for
from apps.core.clock import now
from apps.core.errors import NotAllowed
from apps.core.http import Request, render_page
from apps.members.permissions import check_may_read
from apps.members.rules.access import Rule

FAMILY = {Rule.SELF, Rule.GUARDIAN, Rule.AUTHORISED_FAMILY}


@require_GET
@login_required
def file(request: Request, person_id: int) -> HttpResponse:
    rule = check_may_read(user=request.user, person_id=person_id, purpose="health file", now=now())
    file = selectors.health_file(person_id)
    context = {
        "file": file,
        "is_family": rule in FAMILY,
        "is_doctor": cares_for(user=request.user, person_id=person_id),
        "zone_tones": wording.ZONE_TONES,
        "control_tones": wording.CONTROL_TONES,
    }
    return render_page(request, "care/file.html", context)


@require_GET
@login_required
def visit(request: Request, follow_up_id: int) -> HttpResponse:
    person_id = FollowUp.objects.filter(pk=follow_up_id).values_list("person_id", flat=True).first()
    if person_id is None:
        raise NotAllowed
    rule = check_may_read(user=request.user, person_id=person_id, purpose="visit", now=now())
    found = selectors.visit(follow_up_id)
    context = {
        "visit": found,
        "is_family": rule in FAMILY,
        "is_doctor": cares_for(user=request.user, person_id=person_id),
        "alerts": wording.alert_cards(found),
        "suggestion": wording.referral_suggestion(found),
        "decided_by": wording.decided_by(found),
        "findings": wording.findings(found, json.loads(found.answers)),
    }
    return render_page(request, "care/visit.html", context)
