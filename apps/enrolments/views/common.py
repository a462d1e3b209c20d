"""What the views share."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import get_language

from apps.core.errors import NotAllowed
from apps.core.http import Request
from apps.enrolments.models import Cover
from apps.enrolments.selectors import cover_in_full, terms_of_cover
from apps.members.permissions import check_is_family
from apps.plans.words import in_language


def language() -> str:
    return get_language() or "en"


def plan_name(cover: Cover) -> str:
    return in_language(terms_of_cover(cover).name, language())


def family_cover(request: Request, pk: int | None, *, purpose: str, now: datetime) -> Cover:
    """A cover of the user's own people; a stranger's attempt is logged.  Raises NotAllowed."""
    found = cover_in_full(pk) if pk is not None else None
    if found is None:
        raise NotAllowed
    check_is_family(user=request.user, person_id=found.person_id, purpose=purpose, now=now)
    return found
