"""What one benefit pays on one claim: reimbursement of lines, a lump sum, or a daily allowance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .clips import Totals
from .conditions import AtCare
from .decision import Step
from .scalars import WHOLE_SHARE, part_of
from .sharing import spread
from .terms import Benefit, Lump, Rate
from .working import Worksheet


@dataclass(frozen=True, slots=True)
class Paid:
    """Fen paid under a benefit, on which lines, by which steps, and why nothing where nothing was paid."""

    fen: int
    steps: tuple[Step, ...]
    lines: Mapping[int, int] = field(default_factory=dict)
    line_reasons: Mapping[int, str] = field(default_factory=dict)
    reason: str | None = None

    def reason_of(self, line: int) -> str | None:
        """Why nothing was paid on a line; None where a deductible or a band took it all."""
        return self.line_reasons.get(line, self.reason)


def pay_reimbursement(
    benefit: Benefit, context: AtCare, lines: list[int], left: tuple[int, ...], totals: Totals
) -> Paid:
    """Deductible, bands, rate and limits on what earlier payers left open on the benefit's lines."""
    claim = context.claim
    sheet = Worksheet(totals, benefit.code)
    weights = [left[number] for number in lines]
    in_scope = sum(claim.lines[number].billed_fen for number in lines)
    sheet.note("scope", claim.billed_fen, in_scope, benefit.clause)
    eligible = sheet.note("paid-before", in_scope, sum(weights), benefit.clause)
    shared = _after_cost_sharing(benefit, context, eligible, sheet)
    items = [claim.lines[number].item for number in lines]
    paid, on_lines = _after_limits(benefit, context, shared, weights, items, sheet)
    reasons = {
        number: reason
        for number, weight, fen in zip(lines, weights, on_lines, strict=True)
        if (reason := _line_reason(weight, fen, is_cut=paid < shared))
    }
    return Paid(paid, tuple(sheet.steps), dict(zip(lines, on_lines, strict=True)), reasons)


def _line_reason(weight: int, fen: int, *, is_cut: bool) -> str | None:
    """Why nothing fell on a line; None where a deductible, a rate or rounding took it."""
    if weight == 0:
        return "already-paid"
    return "limit-reached" if is_cut and not fen else None


def _after_cost_sharing(benefit: Benefit, context: AtCare, amount: int, sheet: Worksheet) -> int:
    """What deductible, bands and rate leave to be paid."""
    for ladder in benefit.cost_sharing:
        amount = sheet.share_cost(ladder.for_year(context.policy.renewed_years), amount)
    if benefit.rate is not None:
        share, clause = rate_of(benefit.rate, context)
        amount = sheet.note("rate", amount, part_of(amount, share), clause, share=share)
    return amount


def rate_of(rate: Rate, context: AtCare) -> tuple[int, str]:
    """The share in force for this claim and the clause that made it so."""
    share, clause = rate.share, rate.clause
    for instead in rate.instead:
        if instead.condition.holds(context):
            share, clause = instead.share, instead.clause
            break
    for raised in rate.raised:
        if raised.condition.holds(context):
            share, clause = share + raised.share, raised.clause
    return min(share, WHOLE_SHARE), clause


def _after_limits(
    benefit: Benefit, context: AtCare, amount: int, weights: list[int], items: list[str], sheet: Worksheet
) -> tuple[int, list[int]]:
    """The amount paid after all limits, and what of it falls on each line."""
    day = context.claim.date.isoformat()
    for ladder in benefit.limits:
        clip = ladder.for_year(context.policy.renewed_years)
        if clip.step == "item-limit":
            weights = sheet.limit_items(clip, weights, amount, items)
            amount = sum(weights)
        else:
            amount = sheet.limit(clip, amount, day)
    on_lines = spread(amount, weights)
    sheet.use_up(amount, items, on_lines)
    return amount, on_lines


def pay_lump(benefit: Benefit, context: AtCare, totals: Totals) -> Paid:
    """A sum at an event; all but the repeating ones once in a policy year."""
    lump = benefit.lump
    key = f"times:{benefit.code}"
    if not lump.repeats and totals.used(key):
        return Paid(0, (), reason="already-paid")
    sheet = Worksheet(totals, benefit.code)
    share = _share_of(lump, context)
    amount = sheet.note("lump-sum", 0, part_of(lump.amount, share), lump.clause, amount=lump.amount, share=share)
    paid, _ = _after_limits(benefit, context, amount, [], [], sheet)
    if paid:
        totals.now[key] = totals.used(key) + 1
    return Paid(paid, tuple(sheet.steps), reason=None if paid else "limit-reached")


def _share_of(lump: Lump, context: AtCare) -> int:
    if not lump.by_grade:
        return lump.share
    grade = context.claim.grade
    return lump.by_grade[grade - 1] if grade is not None and 0 < grade <= len(lump.by_grade) else 0


def pay_allowance(benefit: Benefit, context: AtCare, totals: Totals) -> Paid:
    """So much for each night between admission and discharge; the same day counts as one."""
    sheet = Worksheet(totals, benefit.code)
    nights = context.claim.nights
    amount = sheet.note(
        "allowance", 0, nights * benefit.per_night, benefit.night_clause, amount=benefit.per_night, nights=nights
    )
    paid, _ = _after_limits(benefit, context, amount, [], [], sheet)
    return Paid(paid, tuple(sheet.steps), reason=None if paid else "limit-reached")
