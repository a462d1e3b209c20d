"""A roster's rows on their way: sealed in blocks as they were handed in, and one short row a person to compare."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import orjson
from django.db import connection
from numpy.typing import NDArray

from apps.core.fields import blind_indexer, seal, unseal
from apps.enrolments.errors import CellsMerged
from apps.enrolments.models import Agreement, RosterBlock
from apps.enrolments.rules.period import policy_year
from apps.enrolments.rules.roster import Entry, Fault, RowReader, Standard, fault_of
from apps.plans.selectors import terms_of, version_in_force

BLOCK = 10_000
SEALED = "enrolments_rosterblock:sealed_rows"
COPY = (
    "COPY enrolments_rosterrow (roster_id, number, block, identity_index, mark, price_fen, verdict)"
    " FROM STDIN (FORMAT BINARY)"
)
COPY_BLOCK = (
    "COPY enrolments_rosterblock (roster_id, number, sealed_rows, has_faults, is_enrolled) FROM STDIN (FORMAT BINARY)"
)
SIGNATURE, END = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
FIELDS = (
    ("roster", ">i8"),
    ("row", ">i4"),
    ("block", ">i4"),
    ("index", "V32"),
    ("mark", ">i8"),
    ("price", ">i8"),
    ("verdict", "S4"),
)
"""The columns of COPY, each with the form in which its value travels."""
RECORD = np.dtype(
    [("fields", ">i2"), *(pair for name, kind in FIELDS for pair in ((f"{name}_length", ">i4"), (name, kind)))]
)


@dataclass(slots=True)
class Block:
    """Rows as handed in, by columns: their numbers in the file, their cells, and the numbers of those merged."""

    numbers: Sequence[int]
    columns: Sequence[Sequence[str]]
    merged: Sequence[int] = ()

    def as_json(self) -> bytes:
        return orjson.dumps({"numbers": self.numbers, "columns": self.columns, "merged": self.merged})


@dataclass(slots=True)
class People:
    """Those to be staged, by columns: rows in the file, identity numbers, what their covers cost."""

    rows: list[int]
    numbers: list[str]
    prices: list[int]

    def __len__(self) -> int:
        return len(self.rows)

    def add(self, row: int, number: str, price_fen: int) -> None:
        self.rows.append(row)
        self.numbers.append(number)
        self.prices.append(price_fen)


def reader_for(agreement: Agreement, columns: Sequence[str], start: date, today: date) -> RowReader:
    """Reads rows by the terms in force on the first day.  Raises NoSuchPlan."""
    terms = terms_of(version_in_force(agreement.plan_code, start))
    return RowReader(columns, Standard(terms, policy_year(start), today, agreement.facts))


@dataclass(frozen=True, slots=True)
class Packed:
    """A block and its people, ready to be kept."""

    number: int
    rows: int
    people: int
    sealed_rows: bytes
    records: bytes


def pack(roster_id: int, number: int, block: Block, people: People) -> Packed:
    """All the work that needs no database, so that it can be done while the block before is being kept."""
    records = _records(roster_id, number, people).tobytes()
    sealed_rows = seal(zlib.compress(block.as_json(), level=1), context=SEALED)
    return Packed(number, len(block.numbers), len(people), sealed_rows, SIGNATURE + records + END)


def stage(roster_id: int, packed: Packed) -> None:
    """Keep a block and its people, in two statements."""
    with connection.cursor() as cursor:
        with cursor.copy(COPY_BLOCK) as copy:  # the sealed bytes as they are: as a parameter they would be written out
            copy.set_types(("int8", "int4", "bytea", "bool", "bool"))
            copy.write_row((roster_id, packed.number, packed.sealed_rows, packed.people < packed.rows, False))
        with cursor.copy(COPY) as copy:
            copy.write(packed.records)


def _records(roster_id: int, block: int, people: People) -> NDArray[np.void]:
    """The people as PostgreSQL's binary COPY writes rows: each value after its length, in network order."""
    records = np.zeros(len(people), RECORD)
    records["fields"] = len(FIELDS)
    for name, kind in FIELDS:
        records[f"{name}_length"] = np.dtype(kind).itemsize
    digests = b"".join(map(blind_indexer("identity"), people.numbers))
    records["roster"], records["block"], records["verdict"] = roster_id, block, b"fine"
    records["row"], records["price"] = people.rows, people.prices
    records["index"] = np.frombuffer(digests, "V32")
    records["mark"] = np.frombuffer(digests, ">i8").reshape(-1, 4)[:, 0]
    return records


def read_kept(block: RosterBlock, reader: RowReader) -> Iterator[tuple[int, list[str], Entry | list[Fault]]]:
    """The rows of a block: number in the file, cells, and whom they name or what is wrong with them."""
    content: dict[str, Any] = orjson.loads(zlib.decompress(unseal(bytes(block.sealed_rows), context=SEALED)))
    merged, columns = set(content["merged"]), content.get("columns") or _by_columns(content)
    for number, *cells in zip(content["numbers"], *columns, strict=True):
        yield number, cells, [fault_of(CellsMerged())] if number in merged else reader.read(cells)


def _by_columns(content: dict[str, Any]) -> list[list[str]]:
    """Of a block kept before blocks were kept by columns: row after row."""
    width = len(content["cells"]) // len(content["numbers"])
    return [content["cells"][place::width] for place in range(width)]
