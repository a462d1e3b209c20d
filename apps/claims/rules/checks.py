"""Which claims a person has to look at before they are decided, and why.

Thresholds are data (``data/checks.yaml``).  A check never decides: it only sends the claim to the officer's queue.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from apps.claims.rules.receipts import differ_by_one, looks_altered


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which figures on a claim is held."""

    billed_fen: int
    paid_fen: int
    receipts: int
    receipts_days: int
    late_days: int
    early_days: int


@dataclass(frozen=True, slots=True)
class Hold:
    """One reason to look at a claim: a code and the figures of its sentence."""

    code: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OtherBill:
    """A bill filed before, as far as a comparison needs it."""

    number: str
    issuer_key: str
    receipt_key: str
    service_date: date
    billed_fen: int
    is_same_person: bool = True


@dataclass(frozen=True, slots=True)
class BillFacts:
    """What the checks of a bill look at."""

    billed_fen: int
    service_date: date
    filed_on: date
    receipt_number: str
    issuer_key: str
    receipt_key: str
    is_diagnosis_known: bool
    has_unnamed_medicine: bool
    has_seen_papers: bool
    is_account_held: bool
    others: tuple[OtherBill, ...] = ()


def holds_of_bill(facts: BillFacts, limits: Thresholds) -> tuple[Hold, ...]:
    """All reasons that hold every claim of a bill, in the order in which the officer reads them."""
    found: list[Hold] = []
    if facts.billed_fen > limits.billed_fen:
        found.append(Hold("large-bill", {"amount_fen": facts.billed_fen, "limit_fen": limits.billed_fen}))
    if not facts.is_diagnosis_known:
        found.append(Hold("diagnosis-unknown"))
    if facts.has_unnamed_medicine:
        found.append(Hold("medicine-unnamed"))
    days = (facts.filed_on - facts.service_date).days
    if days > limits.late_days:
        found.append(Hold("late", {"days": days}))
    found += _about_receipts(facts, limits)
    if facts.has_seen_papers:
        found.append(Hold("papers-seen-before"))
    if facts.is_account_held:
        found.append(Hold("account-new"))
    return tuple(found)


def _about_receipts(facts: BillFacts, limits: Thresholds) -> list[Hold]:
    found: list[Hold] = []
    if looks_altered(facts.receipt_number):
        found.append(Hold("receipt-unclear"))
    near = [o.number for o in _of_issuer(facts) if differ_by_one(o.receipt_key, facts.receipt_key)]
    if near:
        found.append(Hold("receipt-near", {"number": near[0]}))
    same = [o.number for o in facts.others if _looks_same(o, facts)]
    if same:
        found.append(Hold("same-day-and-amount", {"number": same[0]}))
    since = facts.service_date - timedelta(days=limits.receipts_days)
    until = facts.service_date + timedelta(days=limits.receipts_days)
    many = 1 + sum(o.is_same_person and since < o.service_date < until for o in facts.others)
    if many > limits.receipts:
        found.append(Hold("many-receipts", {"count": many, "days": limits.receipts_days}))
    return found


def _of_issuer(facts: BillFacts) -> Iterable[OtherBill]:
    """Hospitals number receipts in a row, so neighbours count only with the same amount."""
    return (o for o in facts.others if o.issuer_key == facts.issuer_key and o.billed_fen == facts.billed_fen)


def _looks_same(other: OtherBill, facts: BillFacts) -> bool:
    is_alike = other.service_date == facts.service_date and other.billed_fen == facts.billed_fen
    return other.is_same_person and is_alike and facts.billed_fen > 0


def holds_of_claim(*, paid_fen: int, service_date: date, cover_start: date, limits: Thresholds) -> tuple[Hold, ...]:
    """Reasons that hold the claim on one cover, once it is known what it would pay."""
    found: list[Hold] = []
    if paid_fen > limits.paid_fen:
        found.append(Hold("large-payment", {"amount_fen": paid_fen, "limit_fen": limits.paid_fen}))
    days = (service_date - cover_start).days
    if paid_fen and days < limits.early_days:
        found.append(Hold("soon-after-start", {"days": days}))
    return tuple(found)


EARLIER_COVER = Hold("earlier-cover")
"""Another cover of the same person comes first and is being looked at."""
