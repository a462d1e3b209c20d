"""What a quarter's figures are made of, read once at its end and kept with the close."""

from __future__ import annotations

from collections import Counter

from apps.actuary.models import EarnedShare, PeriodClose
from apps.actuary.rules.result import PlanFacts, Result, result_of
from apps.actuary.rules.terms import ClosingTerms
from apps.actuary.selectors import asked_by_plan, earnings, standing

BATCH = 2000


def gather(close: PeriodClose, terms: ClosingTerms) -> Result:
    """Note what each contribution earned and work out the figures.

    Claims and reserves are taken as they stand on the accounts, so that what is booked for the quarter after this
    moment is not lost: it counts in the next one.
    """
    end = close.quarter_end
    earned = _note_shares(close)
    decided, reserves = standing("claims-incurred:", end), standing("outstanding-reserve:", end)
    asked = asked_by_plan(end)
    plans = [
        PlanFacts(plan, earned[plan], decided.get(plan, 0), asked.get(plan, 0), reserves.get(plan, 0))
        for plan in sorted({*earned, *decided, *asked, *reserves})
    ]
    return result_of(plans, standing("result-of-period", end).get("", 0), terms)


def _note_shares(close: PeriodClose) -> Counter[str]:
    """Fen earned by plan; each contribution's share is kept, so that every fen can be traced."""
    sums: Counter[str] = Counter()
    shares = []
    for earning in earnings(close.quarter):
        sums[earning.plan] += earning.fen
        shares.append(EarnedShare(close=close, contribution_id=earning.contribution_id, earned_fen=earning.fen))
    EarnedShare.objects.bulk_create(shares, batch_size=BATCH)
    return sums
