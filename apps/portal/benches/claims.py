"""Filing: claims a second through the claims service, against plain SQL that writes the same rows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from apps.audit.models import Event
from apps.claims.models import Bill, Claim
from apps.claims.rules.filing import FiledLine, Filing, Place
from apps.claims.services import submit_bill
from apps.core.clock import FUND_ZONE, business_day
from apps.enrolments.models import Cover
from apps.fund.rules.postings import Posting
from apps.fund.selectors import ledger_is_balanced
from apps.fund.services import draft_of
from apps.payments.models import PayeeAccount
from apps.portal.benches.figure import Figure, best_pair
from apps.portal.benches.insured import insured_families
from apps.portal.benches.scratch import analyze, scratch_database
from apps.reminders.models import Message

CLAIMS, FAMILIES, ROUNDS = 250, 400, 5
NOW = datetime(2026, 11, 23, 10, tzinfo=FUND_ZONE)
LINES = (("R03BA02", 40_00), ("R03AC02", 25_00), ("R03DC03", 60_00), ("R03AK07", 30_00))


class Filer:
    """Families in turn file a bill each; no two receipts are alike."""

    def __init__(self, families: list[tuple[Cover, PayeeAccount]]) -> None:
        self.families, self.random, self.filed = families, Random(7), 0  # noqa: S311

    def file(self) -> Bill:
        self.filed += 1
        cover, account = self.families[self.filed % len(self.families)]
        more = self.random.randrange(5_00)
        return submit_bill(
            actor=cover.person.registered_by,
            person_id=cover.person_id,
            filing=Filing(
                kind="pharmacy",
                service_date=business_day(NOW) - timedelta(days=1 + self.filed % 20),
                place=Place("Bench", "primary"),
                issuer=f"Bench {self.filed % 50}",
                receipt_number=f"{self.random.randrange(10**11):011d}",
                diagnosis="J45.9",
                lines=tuple(FiledLine("drug", "medicine", fen + more, code) for code, fen in LINES),
            ),
            payee_account_id=account.pk,
            key=uuid4(),
            now=NOW,
        )

    def serve(self) -> None:
        for _ in range(CLAIMS):
            self.file()


def claim_service() -> Figure:
    """Claims a second: submitted, decided, stored and booked in one process, each in a transaction of its own."""
    with scratch_database("claims", "enrolments", "fund", "reminders", "audit"):
        filer = Filer(insured_families(FAMILIES, now=NOW))
        filer.serve()
        analyze()
        with CaptureQueriesContext(connection) as asked:
            filer.file()
        queries = [query for query in asked if not query["sql"].startswith(("BEGIN", "COMMIT"))]
        bare = Bare()
        taken, floor = best_pair(filer.serve, bare.serve, times=ROUNDS)
        _check(filer)
    return Figure(
        name="claim-service",
        value=CLAIMS / taken,
        floor=CLAIMS / floor,
        ratio=taken / floor,
        unit="claims a second",
        goal=">= 260 a second, <= 12 queries, <= 2.5 x the floor",
        floor_is="plain SQL that writes the same rows, a statement a table, and books by fund_post; reads nothing",
        is_met=CLAIMS / taken >= 260 and len(queries) <= 12 and taken / floor <= 2.5,
        details={"claims": CLAIMS, "lines": len(LINES), "queries": len(queries)},
    )


def _check(filer: Filer) -> None:
    if not ledger_is_balanced() or Claim.objects.filter(state="approved").count() < filer.filed:
        raise AssertionError("a claim was not decided or not booked")


class Bare:
    """The rows of the last claim written again and again by plain SQL: nothing is read, nothing decided."""

    def __init__(self) -> None:
        bill = Bill.objects.latest("pk")
        claim = bill.claims.get()
        decision = claim.decisions.get()
        self.cover_id, self.ids = claim.cover_id, count(10**9)
        self.patterns = [
            Pattern([bill], ("id", "key", "number", "sequence", "receipt_key")),
            Pattern(list(bill.lines.all()), ("id", "bill_id")),
            Pattern([claim], ("id", "bill_id")),
            Pattern([decision], ("id", "claim_id", "sequence")),
            Pattern(list(decision.payouts.all()), ("id", "decision_id")),
            Pattern(list(Event.objects.order_by("-pk")[:2]), ("id",)),
            Pattern(list(Message.objects.order_by("-pk")[:2]), ("id", "key")),
        ]
        entry = draft_of(
            Posting.CLAIM_DECIDED,
            plan=claim.plan_code,
            amount_fen=claim.paid_fen,
            key="",
            effective_date=business_day(NOW),
            source=("claims.claim", claim.pk),
        )
        self.entry = entry.as_json()
        self.totals = json.dumps(decision.accumulators_after)

    def serve(self) -> None:
        for _ in range(CLAIMS):
            with transaction.atomic(), connection.cursor() as cursor:
                self._write(cursor, next(self.ids))

    def _write(self, cursor: Any, number: int) -> None:
        """One id serves all rows of a claim; those of which there are several count on from a hundred times it."""
        for pattern in self.patterns:
            cursor.execute(pattern.sql, pattern.values(number))
        cursor.execute(
            "UPDATE claims_coveryear SET accumulators = %s, decided_count = decided_count + 1 WHERE cover_id = %s",
            (self.totals, self.cover_id),
        )
        cursor.execute("SELECT fund_post(%s, %s)", (NOW, json.dumps([{**self.entry, "key": f"bare:{number}"}])))


class Pattern:
    """Rows of one table as values, some of which change from claim to claim."""

    def __init__(self, rows: Sequence[Model], changing: Sequence[str]) -> None:
        fields = rows[0]._meta.local_concrete_fields
        columns = [str(field.column) for field in fields]
        one = f"({', '.join(['%s'] * len(fields))})"
        self.sql = f"INSERT INTO {rows[0]._meta.db_table} ({', '.join(columns)}) VALUES {', '.join([one] * len(rows))}"  # noqa: S608
        self.fixed = [
            [field.get_db_prep_save(field.pre_save(row, False), connection) for field in fields] for row in rows
        ]
        self.places = [(columns.index(name), name) for name in changing]

    def values(self, number: int) -> list[Any]:
        for extra, row in enumerate(self.fixed):
            for place, name in self.places:
                several = len(self.fixed) > 1 and name in {"id", "key"}
                row[place] = _changed(name, number * 100 + extra if several else number)
        return [value for row in self.fixed for value in row]


def _changed(name: str, number: int) -> object:
    if name == "key":
        return str(UUID(int=number))
    return f"B{number}" if name in {"number", "receipt_key"} else number
