"""Reads for closing a quarter: what is due, what is to be gathered, what stands behind a figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from apps.actuary.models import EarnedShare, PeriodClose, WhatIf
from apps.actuary.rules.calendar import quarter_due
from apps.actuary.rules.earning import earned_to_date
from apps.claims.models import Claim, EarlierPayer
from apps.core.clock import FUND_ZONE
from apps.core.periods import Period
from apps.enrolments.models import Contribution, Cover
from apps.fund.models import Entry
from apps.fund.selectors import movements
from apps.plans.models import PlanVersion
from apps.plans.selectors import terms_of
from apps.plans.words import in_language

BEGINNING = date(1900, 1, 1)


def closes() -> QuerySet[PeriodClose]:
    """Newest first."""
    return PeriodClose.objects.order_by("-quarter_start")


def locked_closes() -> QuerySet[PeriodClose]:
    return closes().filter(state=PeriodClose.State.CLOSED)


def due_quarter() -> Period | None:
    """The quarter that is next to be closed, ended or not; None before the first entry."""
    first = Entry.objects.aggregate(day=Min("effective_date"))["day"]
    last = locked_closes().values_list("quarter_end", flat=True).first()
    return quarter_due(first, last)


def standing(prefix: str, before: date) -> dict[str, int]:
    """Balances at the start of a day by account suffix (plan), without what was booked for later days."""
    sums = movements(prefix, BEGINNING, before)
    return {code.partition(":")[2]: fen for code, fen in sums.items() if fen}


@dataclass(frozen=True, slots=True)
class Earning:
    contribution_id: int
    plan: str
    fen: int


def earnings(quarter: Period) -> Iterator[Earning]:
    """What each paid contribution has earned by the end of the quarter and no earlier close has counted."""
    shares = EarnedShare.objects.filter(contribution=OuterRef("pk")).values("contribution")
    counted = shares.annotate(fen=Sum("earned_fen")).values("fen")
    rows = (
        Contribution.objects.filter(state="paid", paid_date__lt=quarter.end, cover__start__lt=quarter.end)
        .annotate(counted=Coalesce(Subquery(counted), 0))
        .filter(amount_fen__gt=F("counted"))
        .values_list("id", "amount_fen", "cover__start", "cover__end", "counted", "cover__plan_code")
    )
    for pk, amount, start, end, counted, plan in rows.order_by("id").iterator():
        fen = earned_to_date(amount, Period(start, end), quarter.end) - counted
        if fen > 0:
            yield Earning(pk, plan, fen)


def plan_names(codes: Iterable[str], language: str) -> dict[str, str]:
    """The plans' names in one language, or their codes where a plan has none."""
    versions = PlanVersion.objects.filter(code__in=codes).order_by("code", "-valid_from").distinct("code")
    names = {version.code: version.terms.get("name", {}) for version in versions}
    return {code: names.get(code, {}).get(language, code) for code in codes}


def shares_of(close: PeriodClose) -> QuerySet[EarnedShare]:
    """What each contribution earned in the quarter, with its cover."""
    return close.shares.order_by("contribution_id").select_related("contribution__cover")


def asked_by_plan(end: date) -> dict[str, int]:
    """Own expense on bills filed before a day and not decided by then, by the plan that is asked first.

    What earlier payers and earlier covers paid is deducted; a lump sum has no bill and is left to IBNR.
    """
    moment = datetime.combine(end, time(), FUND_ZONE)
    undecided = Q(decided_at=None) | Q(decided_at__gte=moment)
    bill = OuterRef("bill_id")
    paid = Claim.objects.filter(bill=bill, decided_at__lt=moment).values("bill").annotate(fen=Sum("paid_fen"))
    others = EarlierPayer.objects.filter(bill=bill).values("bill").annotate(fen=Sum("amount_fen"))
    claims = (
        Claim.objects.filter(undecided, submitted_at__lt=moment)
        .order_by("bill_id", "rank")
        .distinct("bill_id")
        .annotate(
            own=F("bill__billed_fen")
            - Coalesce(Subquery(paid.values("fen")), 0)
            - Coalesce(Subquery(others.values("fen")), 0)
        )
    )
    sums: Counter[str] = Counter()
    for plan, own in claims.values_list("plan_code", "own"):
        sums[plan] += max(0, own)
    return dict(sums)


def what_ifs() -> QuerySet[WhatIf]:
    """Newest first."""
    return WhatIf.objects.select_related("asked_by").order_by("-asked_at", "-pk")


def versions_with_covers(language: str) -> dict[int, str]:
    """Name and version of the plan versions anybody is or was covered by: a question can be asked about those."""
    rows = PlanVersion.objects.filter(Exists(Cover.objects.paid().filter(plan_version=OuterRef("pk"))))
    return {
        version.pk: f"{in_language(terms_of(version).name, language)} {version.version}"
        for version in rows.order_by("code", "-valid_from", "-pk").defer("terms")
    }
