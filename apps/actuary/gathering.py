"""What a close's figures are made of, read once at its end and kept with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction

from apps.actuary.models import EarnedShare, PeriodClose
from apps.actuary.rules.result import PlanFacts, Result, result_of
from apps.actuary.rules.terms import ClosingTerms
from apps.actuary.selectors import asked_by_plan, earnings, quarter_before, quarters_of_year_before, standing
from apps.core.periods import Period

BATCH = 2000


def gather(close: PeriodClose, before: Result | None, terms: ClosingTerms) -> Result:
    """Note what each contribution earned and work out the figures, counted from the first day of the quarter.

    ``before``: the figures of the same quarter's last month, where one was closed.  Claims and reserves are taken as
    they stand on the accounts, so that what is booked for it after this moment is not lost: it counts next time.
    """
    end = close.end
    known = {plan.plan: plan for plan in before.plans} if before else {}
    earned = _note_shares(close)
    earned.update({plan: row.earned for plan, row in known.items()})
    decided = Counter(standing("claims-incurred:", end))
    decided.update({plan: row.decided for plan, row in known.items()})
    kept, aside = standing("outstanding-reserve:", end), standing("allowance-reserve:", end)
    if before:
        kept = {plan: row.reserve_before for plan, row in known.items()}
        aside = {plan: row.set_aside_before for plan, row in known.items()}
    asked = asked_by_plan(end)
    last, year = _earned_in(quarter_before(close)), _left_in_year(close)
    plans = [
        PlanFacts(
            plan,
            earned=earned[plan],
            decided=decided[plan],
            asked=asked.get(plan, 0),
            reserve_before=kept.get(plan, 0),
            earned_last_quarter=last.get(plan, 0),
            set_aside_before=aside.get(plan, 0),
            year_before=year[plan],
        )
        for plan in sorted({*earned, *decided, *asked, *kept, *aside, *known})
    ]
    carried = before.carried if before else standing("result-of-period", end).get("", 0)
    elapsed = Fraction(close.counted.days, Period.quarter_of(close.start).days)
    return result_of(plans, carried, terms, elapsed)


def _earned_in(close: PeriodClose | None) -> Mapping[str, int]:
    return {plan.plan: plan.earned for plan in close.result.plans} if close and close.result else {}


def _left_in_year(close: PeriodClose) -> Counter[str]:
    """What each plan's earlier quarters of the same year have left."""
    left: Counter[str] = Counter()
    for quarter in quarters_of_year_before(close):
        if quarter.result:
            left.update({plan.plan: plan.left for plan in quarter.result.plans})
    return left


def _note_shares(close: PeriodClose) -> Counter[str]:
    """Fen earned by plan since the last close; each contribution's share is kept, so that every fen can be traced."""
    sums: Counter[str] = Counter()
    shares = []
    for earning in earnings(close.period):
        sums[earning.plan] += earning.fen
        shares.append(EarnedShare(close=close, contribution_id=earning.contribution_id, earned_fen=earning.fen))
    EarnedShare.objects.bulk_create(shares, batch_size=BATCH)
    return sums
