"""Note that a cover was used: from then on the cooling-off days give nothing back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from apps.enrolments.errors import CoverGone
from apps.enrolments.models import Cover


def note_claim(covers: Collection[Cover], *, today: date) -> None:
    """Write down the day of the first claim, in the transaction that files it; waits for whoever leaves just now.

    Covers that are marked already are not asked for again.  Raises CoverGone when one was left in the meantime.
    """
    fresh = [cover.pk for cover in covers if cover.claimed_date is None]
    if not fresh:
        return
    locked = Cover.objects.paid().filter(pk__in=fresh).select_for_update().order_by("pk")
    if len(locked.values_list("pk", flat=True)) != len(fresh):
        raise CoverGone
    Cover.objects.filter(pk__in=fresh, claimed_date=None).update(claimed_date=today)
