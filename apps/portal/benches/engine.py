"""The engine alone: one claim at the counter, and a million claims as columns."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np

from apps.plans.rules import Accumulators, Claim, Insured, Line, Policy, Terms, adjudicate, load_terms
from apps.plans.rules.batch import Claims, Coded, Lines, People, Year, decide_columns
from apps.portal.benches.figure import Figure, best_pair, peak_megabytes

DEDUCTIBLE, SHARE, LIMIT = 50_00, 80, 1_000_00
YEAR = Policy(date(2026, 1, 1), date(2026, 12, 31))
CLAIMS, PEOPLE = 1_000_000, 200_000
CLAIMS_AT_ONCE = 2_000
WORDS = {"zh": "字", "en": "words"}


def usual_terms() -> Terms:
    """A plan as most are: a deductible a year, a rate, a limit a visit and one a year."""
    benefit: dict[str, Any] = {
        "code": "cover",
        "pays": "reimbursement",
        "clause": "1",
        "name": WORDS,
        "says": WORDS,
        "deductible": {"per": "year", "amount": "deductible"},
        "rate": {"percent": "rate"},
        "limits": [{"per": "visit", "amount": "visit_limit"}, {"per": "year", "amount": "year_limit"}],
    }
    return load_terms(
        {
            "code": "usual",
            "version": "1",
            "name": WORDS,
            "summary": WORDS,
            "disease_family": "other",
            "priority": "1",
            "valid": {"from": "2020-01-01"},
            "source": "benchmark",
            "joining": [],
            "questions": [],
            "parameters": {
                "price": {"amount": "100.00", "clause": "1"},
                "deductible": {"amount": f"{DEDUCTIBLE // 100}", "clause": "1"},
                "rate": {"percent": str(SHARE), "clause": "1"},
                "visit_limit": {"amount": f"{LIMIT // 100}", "clause": "1"},
                "year_limit": {"amount": "1000000", "clause": "1"},
            },
            "price": {"amount": "price"},
            "benefits": [benefit],
        }
    )


def adjudicate_one() -> Figure:
    """Claims a second: two items and two services, deductible 50, rate 80%, limit 1,000."""
    terms, insured = usual_terms(), Insured(date(1990, 5, 1), "female", {})
    lines = [Line("drug", "A", "in", 300_00), Line("drug", "B", "in", 200_00)]
    lines += [Line("exam", "", "in", 150_00), Line("exam", "", "in", 120_00)]
    claim = Claim("c", "outpatient", date(2026, 3, 1), lines=tuple(lines))
    start = Accumulators.empty()

    def decide() -> None:
        for _ in range(CLAIMS_AT_ONCE):
            adjudicate(terms, insured, YEAR, claim, start)

    def bare() -> None:
        for _ in range(CLAIMS_AT_ONCE):
            total = sum(line.billed_fen - sum(line.paid_before.values()) for line in claim.lines)
            min((max(total - DEDUCTIBLE, 0) * SHARE + 50) // 100, LIMIT)

    taken, floor = best_pair(decide, bare, times=5)
    rate = CLAIMS_AT_ONCE / taken
    return Figure(
        name="adjudicate-one",
        value=rate,
        floor=CLAIMS_AT_ONCE / floor,
        ratio=taken / floor,
        unit="claims a second",
        goal=">= 5,000 a second",
        floor_is="the same sum as a line of Python, without scope, steps, reasons or running totals",
        is_met=rate >= 5_000,
    )


def adjudicate_batch() -> Figure:
    """Seconds for a million claims of two lines of 200,000 people, from columns in no order to what is paid."""
    terms, columns = usual_terms(), Unordered()

    def decide() -> None:
        decide_columns(terms, columns.year())

    taken, floor = best_pair(decide, columns.floor, times=3)
    memory = peak_megabytes()
    return Figure(
        name="adjudicate-batch",
        value=taken,
        floor=floor,
        ratio=taken / floor,
        unit="seconds",
        goal="<= 3 s, <= 12 x the floor, <= 1,500 MB",
        floor_is="one lexsort by person, benefit and order and one segmented cumulative sum over the lines",
        is_met=taken <= 3 and taken / floor <= 12 and memory <= 1_500,
        details={"claims": CLAIMS, "lines": 2 * CLAIMS, "people": PEOPLE, "peak_mb": memory},
    )


class Unordered:
    """A million claims as they lie about, and the same ready for the engine."""

    def __init__(self, seed: int = 20210901) -> None:
        random = np.random.default_rng(seed)
        self.person = random.integers(0, PEOPLE, CLAIMS)
        self.order = random.permutation(CLAIMS)
        self.day = YEAR.start.toordinal() + random.integers(0, 365, CLAIMS)
        self.left = random.integers(10_00, 1_000_00, 2 * CLAIMS)

    def year(self) -> Year:
        order = np.lexsort((self.order, self.person))
        nothing = np.zeros(CLAIMS, dtype=np.int64)
        claims = Claims(
            person=self.person[order],
            kind=Coded.same("outpatient", CLAIMS),
            date=self.day[order],
            nights=nothing,
            event=Coded.same(None, CLAIMS),
            severity=Coded.same(None, CLAIMS),
            grade=nothing,
            diagnosis=Coded.same("J45.9", CLAIMS),
            level=Coded.same("primary", CLAIMS),
            area=Coded.same("local", CLAIMS),
        )
        first = np.repeat(order * 2, 2)
        first[1::2] += 1
        lines = Lines(
            claim=np.repeat(np.arange(CLAIMS), 2),
            category=Coded(np.tile([0, 1], CLAIMS), ("drug", "exam")),
            item=Coded.same("R03BA02", 2 * CLAIMS),
            catalogue=Coded.same("in", 2 * CLAIMS),
            left=self.left[first],
        )
        return Year(self._people(), claims, lines)

    def _people(self) -> People:
        born = (YEAR.start - timedelta(days=9_000)).toordinal()
        return People(
            born=np.full(PEOPLE, born),
            sex=Coded.same("female", PEOPLE),
            start=np.full(PEOPLE, YEAR.start.toordinal()),
            end=np.full(PEOPLE, YEAR.end.toordinal()),
            renewed_years=np.zeros(PEOPLE, dtype=np.int64),
            facts={},
        )

    def floor(self) -> None:
        person, order = np.repeat(self.person, 2), np.repeat(self.order, 2)
        benefit = np.tile([0, 1], CLAIMS)
        arranged = np.lexsort((order, benefit, person))
        amounts = self.left[arranged]
        sums = np.cumsum(amounts)
        group = person[arranged] * 2 + benefit[arranged]
        starts = np.flatnonzero(np.diff(group, prepend=-1))
        sums -= np.repeat((sums - amounts)[starts], np.diff(np.append(starts, len(sums))))
