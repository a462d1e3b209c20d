"""A plan's claims as columns, straight from the database: never an object a claim.

Each table is asked once for whole columns in the database's own binary form, which NumPy reads as they are; the lines
find their claims here, where joining a million rows is a sort and a search.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import psycopg
from django.db import connection
from numpy.typing import NDArray
from psycopg.adapt import Loader
from psycopg.pq import Format

from apps.core.periods import Period
from apps.enrolments.models import Cover
from apps.plans.rules import read_facts
from apps.plans.rules.batch import Claims, Coded, Lines, People, Year

Whole = NDArray[np.int64]
Progress = Callable[[], None]
"""Told after each of the three tables."""
BYTES = 17  # the type bytea
ARRAY_HEAD = 20  # dimensions, flags, type, length, first place
EMPTY_ARRAY = 12  # dimensions, flags, type
LENGTH, SIZE = 4, 8  # of a number in an array: what tells its length, and itself
NO_BILL = -1

COVERS = """
enrolments_cover e
WHERE e.plan_version_id = %(version)s AND e.state IN ('active', 'ended', 'lapsed')
    AND e.start < %(until)s AND e."end" > %(since)s
"""
PEOPLE = f"FROM members_person p, {COVERS} AND p.id = e.person_id"
DECISIONS = f"""
FROM claims_decision d, claims_claim c, claims_bill b, {COVERS}
    AND c.id = d.claim_id AND b.id = c.bill_id AND e.id = d.cover_id AND d.outcome <> 'decline'
"""
DISCOUNTS = f"FROM enrolments_pointsuse u, {COVERS} AND e.id = u.cover_id"
CLAIMED = f"SELECT c.bill_id FROM claims_claim c, {COVERS} AND e.id = c.cover_id"  # noqa: S608 - no text of anybody's
LINES = f"FROM claims_billline l WHERE l.bill_id IN ({CLAIMED})"

BILL_WORDS = ("b.kind", "b.event", "b.severity", "b.diagnosis", "b.level", "b.area")
LINE_WORDS = ("l.category", "upper(l.code)", "l.catalogue")
"""Words travel as one hash a row; each combination is looked up once."""


def _hash(words: Sequence[str]) -> str:
    """A hash of several words, each the seed of the next."""
    return reduce(lambda seed, word: f"hashtextextended({word}, {seed})", words, "0")


PERSON_COLUMNS = {
    "cover": "e.id",
    "born": "p.birth_date - date '0001-01-01' + 1",
    "is_male": "(p.sex = 'male')::int",
    "start": "e.start - date '0001-01-01' + 1",
    "end": "e.\"end\" - date '0001-01-01' + 1",
    "renewed_years": "e.renewed_years",
    "price": "e.price_fen",
}
LEFT = "coalesce(d.left_fen, '{}')"
DECISION_COLUMNS = {
    "cover": "d.cover_id",
    "sequence": "d.sequence",
    "paid": "d.paid_fen",
    "id": "b.id",
    "lines": f"cardinality({LEFT})",
    "date": "b.service_date - date '0001-01-01' + 1",
    "nights": "CASE WHEN b.discharged IS NULL THEN 0 ELSE greatest(b.discharged - b.service_date, 1) END",
    "grade": "coalesce(b.grade, 0)",
    "words": _hash(BILL_WORDS),
}
LINE_COLUMNS = {
    "id": "l.id",
    "bill": "l.bill_id",
    "number": "l.number",
    "words": _hash(LINE_WORDS),
}


@dataclass(frozen=True, slots=True)
class Extract:
    """Covers of one plan version that touch a period, with all their decided claims.

    ``price``, ``discount`` (what points have taken off it) and ``end`` (the first day without cover) have one row a
    person, ``paid`` one a claim.
    """

    year: Year
    price: Whole
    discount: Whole
    end: Whole
    paid: Whole


def read(version_id: int, period: Period, *, facts: frozenset[str], progress: Progress) -> Extract:
    """Read everything a what-if decides, step by step; only ``facts`` that the terms ask are opened.

    Decisions are only ever added: those that come while it is reading are left out.
    """
    scope = {"version": version_id, "since": period.start, "until": period.end}
    people = _columns(PERSON_COLUMNS, PEOPLE, scope)
    people = _rows(people, np.argsort(people["cover"]))
    known, discount = _facts(version_id, people["cover"], facts), _discounts(scope, people["cover"])
    progress()
    decisions, left = _decisions(scope, people["cover"])
    progress()
    lines = _columns(LINE_COLUMNS, LINES, scope)
    progress()
    year = Year(_people(people, known), _claims(decisions, people["cover"]), _lines(decisions, left, lines))
    return Extract(year, people["price"], discount, people["end"], decisions["paid"])


def _people(rows: Mapping[str, Whole], facts: Mapping[str, Coded]) -> People:
    return People(
        born=rows["born"],
        sex=Coded(rows["is_male"], ("female", "male")),
        start=rows["start"],
        end=rows["end"] - 1,
        renewed_years=rows["renewed_years"],
        facts=facts,
    )


def _claims(rows: Mapping[str, Whole], covers: Whole) -> Claims:
    kind, event, severity, diagnosis, level, area = _words(rows, BILL_WORDS, "claims_bill b WHERE b.id")
    return Claims(
        person=np.searchsorted(covers, rows["cover"]),
        kind=kind,
        date=rows["date"],
        nights=rows["nights"],
        event=event,
        severity=severity,
        grade=rows["grade"],
        diagnosis=diagnosis,
        level=level,
        area=area,
    )


def _lines(decisions: Mapping[str, Whole], left: Whole, lines: Mapping[str, Whole]) -> Lines:
    """The lines of each decision's bill, in the order of the decisions.  Raises ValueError where any is missing."""
    lines = _rows(lines, np.lexsort((lines["number"], lines["bill"])))
    bill, count = decisions["id"], decisions["lines"]
    first = np.searchsorted(lines["bill"], bill)
    rows = _spans(first, count)
    beyond = np.append(lines["bill"], NO_BILL)
    if (beyond[rows] != np.repeat(bill, count)).any() or (beyond[first + count] == bill).any():
        raise ValueError("a decision does not know what was left open on each line of its bill")
    category, item, catalogue = _words(_rows(lines, rows), LINE_WORDS, "claims_billline l WHERE l.id")
    return Lines(
        claim=np.repeat(np.arange(len(first)), count),
        category=category,
        item=Coded(item.places, tuple(code or "" for code in item.values)),
        catalogue=catalogue,
        left=left,
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


def _discounts(scope: Mapping[str, Any], covers: Whole) -> Whole:
    """What points have taken off the price of each cover; few have any."""
    rows = _columns({"cover": "u.cover_id", "fen": "u.fen"}, DISCOUNTS, scope)
    rows = _rows(rows, np.isin(rows["cover"], covers))
    found = np.zeros(len(covers), dtype=np.int64)
    found[np.searchsorted(covers, rows["cover"])] = rows["fen"]
    return found


def _decisions(scope: Mapping[str, Any], covers: Whole) -> tuple[dict[str, Whole], Whole]:
    """Decisions of these covers, each cover's in the order in which they were made, and what was left on each line."""
    rows = _columns(DECISION_COLUMNS, DECISIONS, scope, ragged=LEFT)
    left = rows.pop("ragged")
    first = np.cumsum(rows["lines"]) - rows["lines"]
    order = np.lexsort((rows["sequence"], rows["cover"]))
    order = order[np.isin(rows["cover"][order], covers)]
    rows = _rows(rows, order)
    return rows, left[_spans(first[order], rows["lines"])]


class _AsSent(Loader):
    """Bytes as the database sends them."""

    format = Format.BINARY

    def load(self, data: Any) -> bytes:
        return bytes(data)


def _columns(
    columns: Mapping[str, str], source: str, scope: Mapping[str, Any], *, ragged: str = ""
) -> dict[str, Whole]:
    """Whole columns of numbers, all in the same order; a ``ragged`` one, of arrays, comes as one row of numbers.

    Raises ValueError where a column has no number in some row.
    """
    selected = [f"string_agg(int8send(({expression})::int8), '')" for expression in columns.values()]
    selected += [f"string_agg(array_send({ragged}), '')"] if ragged else []
    query = f"SELECT int8send(count(*)), {', '.join(selected)} {source}"
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        cursor.adapters.register_loader(BYTES, _AsSent)
        ((count, *row),) = cursor.execute(query, scope, binary=True)
    found = {name: _numbers(data) for name, data in zip(columns, row, strict=False)}
    if short := [name for name, column in found.items() if len(column) != _numbers(count)[0]]:
        raise ValueError(f"no number in some row of {', '.join(short)}")
    return {**found, "ragged": _flat(row[-1], found["lines"])} if ragged else found


def _numbers(sent: bytes | None) -> Whole:
    return np.frombuffer(sent or b"", dtype=">i8").astype(np.int64)


def _flat(arrays: bytes | None, counts: Whole) -> Whole:
    """The numbers of arrays sent one after the other; an empty one has a shorter head."""
    data, step = arrays or bytes(SIZE), LENGTH + SIZE
    sizes = np.where(counts, ARRAY_HEAD + counts * step, EMPTY_ARRAY)
    first = np.cumsum(sizes) - sizes + ARRAY_HEAD + LENGTH
    anywhere = np.ndarray((len(data) - SIZE + 1,), dtype=">i8", buffer=data, strides=(1,))
    return anywhere[_spans(first, counts, step)].astype(np.int64)


def _spans(first: Whole, counts: Whole, step: int = 1) -> Whole:
    """``first, first + step, ...``: so many places for each span, one span after the other."""
    before = np.repeat(np.cumsum(counts) - counts, counts)
    return np.repeat(first, counts) + step * (np.arange(len(before)) - before)


def _rows(columns: Mapping[str, Whole], rows: NDArray[Any]) -> dict[str, Whole]:
    return {name: column[rows] for name, column in columns.items()}


def _words(rows: Mapping[str, Whole], words: Sequence[str], source: str) -> list[Coded]:
    """The words behind each hash, a column each, looked up at the first row that has it; no word is None."""
    _hashes, first, places = np.unique(rows["words"], return_index=True, return_inverse=True)
    ids = rows["id"][first].tolist()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {source.split()[-1]}, {', '.join(words)} FROM {source} = ANY(%s)", [ids])  # noqa: S608 - as above
        said = {row[0]: row[1:] for row in cursor.fetchall()}
    return [Coded.of(said[key][n] or None for key in ids).at(places) for n in range(len(words))]
