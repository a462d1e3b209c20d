"""The figures of a closed period, each with the ledger entries it is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q, QuerySet, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.actuary.models import PeriodClose
from apps.actuary.posting import SOURCE
from apps.actuary.rules.result import Result
from apps.actuary.selectors import parts_of
from apps.fund.models import Entry
from apps.fund.rules.postings import Posting


@dataclass(frozen=True)
class Figure:
    """``account`` is where the figure stands in the books, ``side`` 1 for debit, -1 for credit."""

    name: str
    label: Promise
    explanation: Promise
    fen: Callable[[Result], int]
    account: str
    side: int
    kind: Posting | None = None


FIGURES = {
    figure.name: figure
    for figure in (
        Figure(
            "earned",
            _("Contributions earned"),
            _("Each contribution, by the days of cover gone by. What is paid for later days is not counted."),
            lambda result: result.earned,
            "contribution-income:",
            -1,
            Posting.CONTRIBUTION_EARNED,
        ),
        Figure(
            "decided",
            _("Claims decided"),
            _("Claims approved in the quarter, paid or still to be paid; what was taken back is deducted."),
            lambda result: result.decided,
            "claims-incurred:",
            1,
        ),
        Figure(
            "reserve-change",
            _("Change of the reserve for open claims"),
            _("For claims not decided yet and claims not filed yet: the reserve needed now, less the one kept before."),
            lambda result: result.reserve_change,
            "outstanding-reserve:",
            -1,
            Posting.RESERVE_CHANGE,
        ),
        Figure(
            "operating-cost",
            _("Operator's fixed cost"),
            _("A fixed amount each quarter. The operator takes no commission."),
            lambda result: result.operating_cost,
            "operating-cost",
            1,
            Posting.OPERATING_COST,
        ),
        Figure(
            "open-fund",
            _("Open fund"),
            _("The share of contributions set aside for training doctors and quality."),
            lambda result: result.open_fund,
            "open-fund",
            -1,
            Posting.OPEN_FUND_SHARE,
        ),
        Figure(
            "members",
            _("Set aside for members"),
            _("The surplus of plans that give it back to their members, kept until the year is over."),
            lambda result: result.set_aside_change,
            "allowance-reserve:",
            -1,
            Posting.RESERVE_CHANGE,
        ),
        Figure(
            "statutory-reserve",
            _("Statutory reserve"),
            _("The part of what remains that must be kept before anything is given out."),
            lambda result: result.statutory_reserve,
            "statutory-reserve",
            -1,
            Posting.RESERVE_CHANGE,
        ),
        Figure(
            "surplus",
            _("Surplus"),
            _("What remains. The council decides what it is used for."),
            lambda result: result.surplus,
            "surplus",
            -1,
            Posting.SURPLUS_LOCKED,
        ),
    )
}


def entries_behind(close: PeriodClose, figure: Figure) -> QuerySet[Entry]:
    """Ledger entries that make up a figure, each with ``fen`` as it counts in it."""
    here = Q(lines__account__code__startswith=figure.account)
    if figure.kind is None:
        days = Entry.objects.filter(effective_date__gte=close.counted.start, effective_date__lt=close.end)
        entries = days.exclude(kind__startswith=Posting.CLAIMS_CLOSED.value)
    else:
        parts = parts_of(close).values("pk")
        entries = Entry.objects.filter(source_label=SOURCE, source_id__in=parts, kind=figure.kind.value)
    return (
        entries.filter(here)
        .annotate(fen=Sum("lines__amount_fen", filter=here) * figure.side)
        .order_by("effective_date", "id")
    )
