"""Note that a cover was used: from then on the cooling-off days give nothing back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.models.functions import Coalesce

from apps.enrolments.errors import CoverGone
from apps.enrolments.models import Cover


def note_claim(covers: Collection[Cover], *, today: date) -> None:
    """Write down the day of the first claim, in the transaction that files it; waits for whoever leaves just now.

    One statement for covers not marked yet, none for the others.  Raises CoverGone when one was left in the meantime.
    """
    fresh = [cover.pk for cover in covers if cover.claimed_date is None]
    if not fresh:
        return
    still = Cover.objects.paid().filter(pk__in=fresh)
    if still.update(claimed_date=Coalesce("claimed_date", today)) != len(fresh):
        raise CoverGone
