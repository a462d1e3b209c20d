"""Reads for closing a period: what is due, what is to be gathered, what stands behind a figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, time

from django.db.models import (
    Exists,
    F,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.functions import Coalesce

from apps.actuary.models import EarnedShare, PeriodClose, WhatIf
from apps.actuary.rules.calendar import Due, Span, periods_due
from apps.actuary.rules.result import Result
from apps.actuary.selectors.allowances import (
    PlanAllowances,
    accounts_of,
    allowances_due,
    allowances_of,
    allowances_of_people,
    allowances_to_tell,
    days_covered,
    unpaid_allowances,
)
from apps.claims.models import Claim, EarlierPayer
from apps.core.clock import FUND_ZONE
from apps.core.periods import Period
from apps.enrolments.models import Cover
from apps.fund.models import Entry
from apps.fund.selectors import movements
from apps.plans.models import PlanVersion
from apps.plans.selectors import terms_of
from apps.plans.words import in_language

__all__ = [
    "PlanAllowances",
    "accounts_of",
    "allowances_due",
    "allowances_of",
    "allowances_of_people",
    "allowances_to_tell",
    "days_covered",
    "unpaid_allowances",
]
BEGINNING = date(1900, 1, 1)


def closes() -> QuerySet[PeriodClose]:
    """Every close, the opened ones too, newest first, with who opened it again."""
    rows = PeriodClose.objects.order_by("-end", "-start", "-version")
    return rows.prefetch_related("reopenings__asked_by", "reopenings__decided_by")


def locked_closes() -> QuerySet[PeriodClose]:
    """Months and quarters that are closed, newest first."""
    return PeriodClose.objects.locked().order_by("-end", "start")


def locked_quarters() -> QuerySet[PeriodClose]:
    """Closed quarters, newest first: what the council may decide about."""
    return PeriodClose.objects.locked().quarters().order_by("-start")


def latest_close() -> PeriodClose | None:
    """The close in force that reaches furthest, running or locked: the only one that may be opened again."""
    return PeriodClose.objects.in_force().order_by("-end", "start").first()


def due_periods() -> Due | None:
    """The quarter and the month that are next to be closed, ended or not; None before the first entry."""
    first = Entry.objects.aggregate(day=Min("effective_date"))["day"]
    ends = PeriodClose.objects.locked().aggregate(
        until=Max("end"), quarters_until=Max("end", filter=Q(span=Span.QUARTER))
    )
    return periods_due(first, ends["until"], ends["quarters_until"])


def due_quarter() -> Period | None:
    """The quarter that is next to be closed."""
    due = due_periods()
    return due.quarter if due else None


def parts_of(close: PeriodClose) -> QuerySet[PeriodClose]:
    """The closes that counted the quarter up to the end of this one, itself last."""
    earlier = Q(start__gte=close.counted.start, end__lte=close.end) & ~Q(pk=close.pk)
    in_force = PeriodClose.objects.in_force().filter(earlier, span=Span.MONTH)
    return PeriodClose.objects.filter(Q(pk=close.pk) | Q(pk__in=in_force.values("pk"))).order_by("end", "-start")


def booked_before(close: PeriodClose) -> Result | None:
    """The figures of the quarter's last month closed before this one."""
    last = parts_of(close).exclude(pk=close.pk).last()
    return last.result if last else None


def quarter_before(close: PeriodClose) -> PeriodClose | None:
    """The quarter before the one this close counts in."""
    return locked_quarters().filter(end=close.counted.start).first()


def quarters_of_year_before(close: PeriodClose) -> QuerySet[PeriodClose]:
    """The earlier quarters of the same year."""
    return locked_quarters().filter(start__year=close.start.year, end__lte=close.counted.start)


def successor_of(close: PeriodClose) -> PeriodClose | None:
    """The version that took the place of one that was opened again."""
    later = PeriodClose.objects.filter(start=close.start, span=close.span, version__gt=close.version)
    return later.order_by("-version").first()


def standing(prefix: str, before: date) -> dict[str, int]:
    """Balances at the start of a day by account suffix (plan), without what was booked for later days."""
    sums = movements(prefix, BEGINNING, before)
    return {code.partition(":")[2]: fen for code, fen in sums.items() if fen}


def plan_names(codes: Iterable[str], language: str) -> dict[str, str]:
    """The plans' names in one language, or their codes where a plan has none."""
    versions = PlanVersion.objects.filter(code__in=codes).order_by("code", "-valid_from").distinct("code")
    names = {version.code: version.terms.get("name", {}) for version in versions}
    return {code: names.get(code, {}).get(language, code) for code in codes}


def shares_of(close: PeriodClose) -> QuerySet[EarnedShare]:
    """What each contribution earned in the quarter up to this close, with its cover."""
    shares = EarnedShare.objects.filter(close__in=parts_of(close))
    return shares.order_by("contribution_id", "pk").select_related("contribution__cover")


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
