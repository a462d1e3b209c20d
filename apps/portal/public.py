"""The public page of the fund: the books by quarter and plan, and what the council decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Min

from apps.actuary.models import PeriodClose
from apps.actuary.selectors import locked_quarters
from apps.fund.models import Entry
from apps.governance.selectors import decisions
from apps.plans.models import PlanVersion
from apps.plans.rules import Terms
from apps.plans.selectors import terms_of
from apps.portal.books import PlanBooks, PublicBooks, QuarterBooks, public_books

SHOWN_DECISIONS = 10


@dataclass(frozen=True)
class QuarterRow:
    books: QuarterBooks
    close: PeriodClose | None


@dataclass(frozen=True)
class PlanRow:
    books: PlanBooks
    terms: Terms


def public_page(*, today: date) -> dict[str, object]:
    """Everything the public page shows; no person in it."""
    since = Entry.objects.aggregate(day=Min("effective_date"))["day"] or today
    books = public_books(since=since, today=today)
    closes = {close.start: close for close in locked_quarters()}
    return {
        "books": books,
        "quarters": [QuarterRow(quarter, closes.get(quarter.period.start)) for quarter in books.quarters],
        "plans": _plans(books),
        "decisions": decisions()[:SHOWN_DECISIONS],
    }


def _plans(books: PublicBooks) -> list[PlanRow]:
    versions = PlanVersion.objects.filter(code__in=[row.plan for row in books.plans]).order_by("code", "-valid_from")
    newest = {version.code: version for version in versions.distinct("code")}
    return [PlanRow(row, terms_of(newest[row.plan])) for row in books.plans]
