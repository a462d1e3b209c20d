"""A plan's claims as columns, straight from the database: streamed, never an object a claim."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from apps.core.periods import Period
from apps.enrolments.models import Cover
from apps.plans.rules import CATALOGUES, CATEGORIES, EVENTS, KINDS, read_facts
from apps.plans.rules.batch import Claims, Coded, Lines, People, Year
from apps.plans.rules.claims import AREAS, LEVELS, SEVERITIES

Whole = NDArray[np.int64]
Progress = Callable[[], None]
"""Told after each of the three tables."""
SIGNATURE = 11 + 4 + 4  # how a binary COPY begins
EPOCH = date(2000, 1, 1).toordinal()  # day 0 of the database
SEXES = ("female", "male")

COVERS = """
FROM enrolments_cover e JOIN members_person p ON p.id = e.person_id
WHERE e.plan_version_id = %(version)s AND e.state IN ('active', 'ended')
    AND e.start < %(until)s AND e."end" > %(since)s
"""
DECISIONS = """
FROM claims_decision d
JOIN claims_claim c ON c.id = d.claim_id
JOIN claims_bill b ON b.id = c.bill_id
JOIN enrolments_cover e ON e.id = d.cover_id
WHERE e.plan_version_id = %(version)s AND e.state IN ('active', 'ended')
    AND e.start < %(until)s AND e."end" > %(since)s AND d.outcome <> 'decline'
"""
BILLED = DECISIONS.replace("WHERE", "JOIN claims_billline l ON l.bill_id = b.id WHERE")
PEOPLE = (
    ("cover", "i8", "e.id"),
    ("born", "i4", "p.birth_date"),
    ("sex", "i4", "array_position(%(sexes)s, p.sex::text)"),
    ("start", "i4", "e.start"),
    ("end", "i4", 'e."end"'),
    ("renewed_years", "i4", "e.renewed_years::int"),
    ("price", "i8", "e.price_fen"),
)
CLAIMS = (
    ("decision", "i8", "d.id"),
    ("cover", "i8", "d.cover_id"),
    ("sequence", "i4", "d.sequence"),
    ("paid", "i8", "d.paid_fen"),
    ("kind", "i4", "array_position(%(kinds)s, b.kind::text)"),
    ("date", "i4", "b.service_date"),
    ("nights", "i4", "CASE WHEN b.discharged IS NULL THEN 0 ELSE greatest(b.discharged - b.service_date, 1) END"),
    ("event", "i4", "coalesce(array_position(%(events)s, b.event::text), 0)"),
    ("severity", "i4", "coalesce(array_position(%(severities)s, b.severity::text), 0)"),
    ("grade", "i4", "coalesce(b.grade, 0)::int"),
    ("diagnosis", "i8", "hashtextextended(b.diagnosis, 0)"),
    ("level", "i4", "array_position(%(levels)s, b.level::text)"),
    ("area", "i4", "array_position(%(areas)s, b.area::text)"),
)
LINES = (
    ("decision", "i8", "d.id"),
    ("number", "i4", "l.number::int"),
    ("category", "i4", "array_position(%(categories)s, l.category::text)"),
    ("item", "i8", "hashtextextended(upper(l.code), 0)"),
    ("catalogue", "i4", "array_position(%(catalogues)s, l.catalogue::text)"),
    ("left", "i8", "d.left_fen[l.number]"),
)
WORDS: Mapping[str, Sequence[str]] = {
    "sexes": SEXES,
    "kinds": KINDS,
    "events": EVENTS,
    "severities": SEVERITIES,
    "levels": LEVELS,
    "areas": AREAS,
    "categories": CATEGORIES,
    "catalogues": CATALOGUES,
}
"""Words that travel as their place in these lists, counted from 1."""


@dataclass(frozen=True, slots=True)
class Extract:
    """Covers of one plan version that touch a period, with all their decided claims.

    ``price`` and ``end`` (the first day without cover) have one row a person, ``paid`` one a claim.
    """

    year: Year
    price: Whole
    end: Whole
    paid: Whole


def read(version_id: int, period: Period, *, facts: frozenset[str], progress: Progress) -> Extract:
    """Read everything a what-if decides, step by step; only ``facts`` that the terms ask are opened.

    Decisions are only ever added: those that come while it is reading are left out.
    """
    words = {name: list(every) for name, every in WORDS.items()}
    scope = {"version": version_id, "since": period.start, "until": period.end, **words}
    people = _copied(PEOPLE, COVERS, scope)
    people = people[np.argsort(people["cover"])]
    known = _facts(version_id, people["cover"], facts)
    progress()
    claims = _copied(CLAIMS, DECISIONS, scope)
    claims = claims[np.isin(claims["cover"], people["cover"])]
    claims = claims[np.lexsort((claims["sequence"], claims["cover"]))]
    person = np.searchsorted(people["cover"], claims["cover"]).astype(np.int64)
    progress()
    lines = _copied(LINES, BILLED, scope)
    claim, lines = _in_order_of(claims["decision"], lines)
    progress()
    year = Year(
        _people(people, known),
        _claims(claims, person, _texts("b.diagnosis", DECISIONS, scope)),
        _lines(lines, claim, _texts("upper(l.code)", BILLED, scope)),
    )
    return Extract(year, _whole(people["price"]), _days(people["end"]), _whole(claims["paid"]))


def _people(rows: Any, facts: Mapping[str, Coded]) -> People:
    return People(
        born=_days(rows["born"]),
        sex=_coded(rows["sex"], "sexes"),
        start=_days(rows["start"]),
        end=_days(rows["end"]) - 1,
        renewed_years=_whole(rows["renewed_years"]),
        facts=facts,
    )


def _claims(rows: Any, person: Whole, diagnoses: Mapping[int, str]) -> Claims:
    return Claims(
        person=person,
        kind=_coded(rows["kind"], "kinds"),
        date=_days(rows["date"]),
        nights=_whole(rows["nights"]),
        event=_coded(rows["event"], "events"),
        severity=_coded(rows["severity"], "severities"),
        grade=_whole(rows["grade"]),
        diagnosis=_hashed(rows["diagnosis"], {key: text or None for key, text in diagnoses.items()}),
        level=_coded(rows["level"], "levels"),
        area=_coded(rows["area"], "areas"),
    )


def _lines(rows: Any, claim: Whole, items: Mapping[int, str]) -> Lines:
    return Lines(
        claim=claim,
        category=_coded(rows["category"], "categories"),
        item=_hashed(rows["item"], items),
        catalogue=_coded(rows["catalogue"], "catalogues"),
        left=_whole(rows["left"]),
    )


def _facts(version_id: int, covers: NDArray[Any], names: frozenset[str]) -> dict[str, Coded]:
    """The facts asked for, opened cover by cover; the same answers are read once."""
    if not names or not len(covers):
        return {}
    rows = Cover.objects.filter(plan_version_id=version_id, pk__lte=int(covers[-1]))
    texts = dict(rows.values_list("pk", "application__facts_json").iterator(chunk_size=20_000))
    every: dict[str, dict[str, object]] = {}
    for text in texts.values():
        if text not in every:
            every[text] = read_facts(json.loads(text))
    mine = [every[texts[cover]] for cover in covers.tolist()]
    return {name: Coded.of(facts.get(name) for facts in mine) for name in names}


def _copied(columns: Sequence[tuple[str, str, str]], source: str, scope: Mapping[str, Any]) -> Any:
    """Rows of whole numbers of fixed width, as the database sends them, seen as one table."""
    selected = ", ".join(expression for _name, _width, expression in columns)
    row = np.dtype([("fields", ">i2"), *(field for name, width, _ in columns for field in _field(name, width))])
    query = f"COPY (SELECT {selected} {source}) TO STDOUT (FORMAT BINARY)"
    with connection.cursor() as cursor, cursor.copy(query, scope) as copy:
        data = b"".join(copy)
    return np.frombuffer(data, dtype=row, offset=SIGNATURE, count=(len(data) - SIGNATURE) // row.itemsize)


def _field(name: str, width: str) -> tuple[tuple[str, str], tuple[str, str]]:
    return (f"{name} length", ">i4"), (name, f">{width}")


def _whole(column: NDArray[Any]) -> Whole:
    return column.astype(np.int64)


def _days(column: NDArray[Any]) -> Whole:
    return _whole(column) + EPOCH


def _in_order_of(decisions: NDArray[Any], lines: Any) -> tuple[Whole, Any]:
    """The claim of each line, and the lines in the order of the claims."""
    order = np.argsort(decisions)
    places = np.searchsorted(decisions[order], lines["decision"])
    is_known = np.append(decisions[order], -1)[places] == lines["decision"]
    claim, lines = order[places[is_known]], lines[is_known]
    arranged = np.lexsort((lines["number"], claim))
    return claim[arranged], lines[arranged]


def _coded(column: NDArray[Any], name: str) -> Coded:
    """Words by their places; 0 is nothing."""
    return Coded(_whole(column), (None, *WORDS[name]))


def _hashed(column: NDArray[Any], texts: Mapping[int, Any]) -> Coded:
    """Texts by their hashes."""
    hashes = np.array(sorted(texts), dtype=np.int64)
    return Coded(np.searchsorted(hashes, _whole(column)), tuple(texts[key] for key in hashes.tolist()))


def _texts(expression: str, source: str, scope: Mapping[str, Any]) -> dict[int, str]:
    """Every text there is, by its hash.  Raises ValueError in the unheard-of case that two share one."""
    with connection.cursor() as cursor:
        query = f"SELECT hashtextextended(word, 0), word FROM (SELECT DISTINCT {expression} AS word {source}) words"  # noqa: S608
        cursor.execute(query, scope)
        rows = cursor.fetchall()
    texts = dict(rows)
    if len(texts) < len(rows):
        raise ValueError("two texts share a hash")
    return texts
