"""A what-if over a million real rows: read from PostgreSQL and decided, against a bare COPY and the engine alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache

from django.db import connection, transaction
from psycopg.sql import SQL, Composed, Identifier

from apps.actuary.reading import read
from apps.core.periods import Period
from apps.plans.rules.batch import decide_columns
from apps.portal.benches.engine import CLAIMS, PEOPLE, Unordered, usual_terms
from apps.portal.benches.figure import Figure, best_pair, peak_megabytes, seconds
from apps.portal.benches.scratch import scratch_database

SCHEMA = "bench"
VERSION = 1
YEAR = Period(date(2026, 1, 1), date(2027, 1, 1))
DEFAULTS = {
    "bigint": "0",
    "smallint": "0",
    "integer": "0",
    "boolean": "false",
    "uuid": "gen_random_uuid()",
    "jsonb": '\'{"steps": [], "benefits": {"cover": 12000}, "refused": [], "line_paid_fen": [6000, 6000]}\'',
    "timestamp with time zone": "timestamptz '2026-06-01'",
    "date": "date '2026-06-01'",
}
"""What stands in a column that no what-if looks at; texts get four letters."""
A_DAY = "date '2026-01-01' + (i * 7919 % 365)::int"
TABLES = {
    "members_person": (PEOPLE, {"birth_date": "date '2001-05-10'", "sex": "'female'"}),
    "enrolments_cover": (
        PEOPLE,
        {
            "person_id": "i",
            "plan_version_id": str(VERSION),
            "state": "'active'",
            "start": "date '2026-01-01'",
            "end": "date '2027-01-01'",
            "price_fen": "10000",
        },
    ),
    "claims_bill": (CLAIMS, {"kind": "'outpatient'", "service_date": A_DAY, "event": "''", "severity": "''"}),
    "claims_claim": (CLAIMS, {"bill_id": "i", "cover_id": f"1 + i * 7919 % {PEOPLE}"}),
    "claims_decision": (
        CLAIMS,
        {
            "claim_id": "i",
            "cover_id": f"1 + i * 7919 % {PEOPLE}",
            "sequence": f"1 + i / {PEOPLE}",
            "outcome": "'approve'",
            "paid_fen": "12000",
            "left_fen": "ARRAY[1000 + i % 99000, 1000 + i * 31 % 99000]",
        },
    ),
    "claims_billline": (
        2 * CLAIMS,
        {
            "bill_id": "(i + 1) / 2",
            "number": "1 + (i + 1) % 2",
            "category": "CASE WHEN i % 2 = 1 THEN 'drug' ELSE 'exam' END",
            "code": "'R03BA02'",
            "catalogue": "'in'",
        },
    ),
}
"""Rows of each table and what their columns say, ``i`` counting from 1."""
LIKE_DIAGNOSIS = {"diagnosis": "'J45.9'", "level": "'primary'", "area": "'local'"}
BARE = {
    "members_person": "id, birth_date, sex",
    "enrolments_cover": 'id, person_id, start, "end", renewed_years, price_fen',
    "claims_bill": "id, kind, service_date, discharged, event, severity, grade, diagnosis, level, area",
    "claims_claim": "id, bill_id",
    "claims_decision": "id, claim_id, cover_id, sequence, paid_fen, left_fen",
    "claims_billline": "bill_id, number, category, code, catalogue",
}
"""The columns a what-if needs, where they lie."""


def whatif() -> Figure:
    """Seconds to read a million claims of 200,000 people from the database and decide them."""
    terms, columns = usual_terms(), Unordered()
    ready = cache(columns.year)
    ready()

    def answer() -> None:
        extract = read(VERSION, YEAR, facts=frozenset(), progress=lambda: None)
        if len(extract.paid) != CLAIMS:
            raise AssertionError(f"{len(extract.paid)} claims were read")
        decide_columns(terms, extract.year)

    with _filled():
        taken, floor = best_pair(answer, lambda: (_bare_copy(), decide_columns(terms, columns.year())), times=3)
        copying = seconds(_bare_copy)
    return Figure(
        name="whatif",
        value=taken,
        floor=floor,
        ratio=taken / floor,
        unit="seconds",
        goal="<= 1.5 x the floor",
        floor_is="a bare COPY of the same columns, table by table, and adjudicate-batch",
        is_met=taken / floor <= 1.5,
        details={"claims": CLAIMS, "people": PEOPLE, "copy_s": round(copying, 2), "peak_mb": peak_megabytes()},
    )


@contextmanager
def _filled() -> Iterator[None]:
    """Tables like the real ones but without what ties them together, full, in front of those of a new database."""
    with scratch_database("claims", "enrolments"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(SQL("CREATE SCHEMA {}").format(Identifier(SCHEMA)))
            for table, (rows, says) in TABLES.items():
                _fill(table, rows, says)
            cursor.execute(f"SET LOCAL search_path = {SCHEMA}, public")
        yield


def _fill(table: str, rows: int, says: dict[str, str]) -> None:
    says = {"id": "i", **(LIKE_DIAGNOSIS if table == "claims_bill" else {}), **says}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, data_type FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name = %s AND (is_nullable = 'NO' OR column_name = ANY(%s))",
            [table, list(says)],
        )
        kinds = dict(cursor.fetchall())
        copy = Identifier(SCHEMA, table)
        cursor.execute(SQL("CREATE TABLE {} (LIKE {})").format(copy, Identifier("public", table)))
        cursor.execute(_insert(copy, kinds, says, rows))
        cursor.execute(SQL("ALTER TABLE {} ADD PRIMARY KEY (id)").format(copy))
        cursor.execute(SQL("ANALYZE {}").format(copy))


def _insert(copy: Identifier, kinds: dict[str, str], says: dict[str, str], rows: int) -> Composed:
    values = [SQL(says.get(name) or DEFAULTS.get(kind, "'abcd'")) for name, kind in kinds.items()]
    return SQL("INSERT INTO {} ({}) SELECT {} FROM generate_series(1::bigint, {}) AS i").format(
        copy, SQL(", ").join(map(Identifier, kinds)), SQL(", ").join(values), rows
    )


def _bare_copy() -> int:
    """Bytes of the needed columns as the database sends them fastest."""
    size = 0
    for table, columns in BARE.items():
        with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) TO STDOUT (FORMAT BINARY)") as copy:
            size += sum(len(part) for part in copy)
    return size
