"""What a close's figures are made of, read once at its end and kept with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction

from django.db import connection

from apps.actuary.models import PeriodClose
from apps.actuary.rules.result import PlanFacts, Result, result_of
from apps.actuary.rules.terms import ClosingTerms
from apps.actuary.selectors import asked_by_plan, quarter_before, quarters_of_year_before, standing
from apps.core.periods import Period

NOTE_SHARES = """
WITH paid AS (
    SELECT c.id, c.since, v.plan_code AS plan, coalesce(counted.fen, 0)::bigint AS counted,
        CASE c.state WHEN 'paid' THEN c.amount_fen ELSE 0 END AS kept,
        greatest(least(coalesce(c.period_end, v."end"), v."end"), c.since + 1) - c.since AS days
    FROM (SELECT *, coalesce(period_start, (SELECT start FROM enrolments_cover v WHERE v.id = cover_id)) AS since
        FROM enrolments_contribution WHERE state IN ('paid', 'refunded') AND paid_date < %(end)s) c
    JOIN enrolments_cover v ON v.id = c.cover_id
    LEFT JOIN (
        SELECT contribution_id, sum(earned_fen) AS fen FROM actuary_earnedshare
        WHERE close_id = ANY (%(in_force)s) GROUP BY contribution_id
    ) counted ON counted.contribution_id = c.id
    WHERE c.since < %(end)s
), earned AS (
    SELECT id, plan, (2 * kept * least(%(end)s - since, days) + days) / (2 * days) - counted AS fen FROM paid
), noted AS (
    INSERT INTO actuary_earnedshare (close_id, contribution_id, earned_fen)
    SELECT %(close)s, id, fen FROM earned WHERE fen <> 0 ORDER BY id
)
SELECT plan, sum(fen) FROM earned WHERE fen <> 0 GROUP BY plan
"""
"""What each contribution has earned by a day and no close in force has counted, for all of them in one statement.

Earned over the days it pays for, as far as the cover lasts, as by `rules.earning.earned_to_date` (a test compares);
less than nothing where what was counted has been given back since.
"""


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
    in_force = list(PeriodClose.objects.in_force().values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(NOTE_SHARES, {"close": close.pk, "end": close.end, "in_force": in_force})
        return Counter({plan: int(fen) for plan, fen in cursor.fetchall()})
