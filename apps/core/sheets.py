"""A table as a CSV file that a spreadsheet opens rightly: with BOM, sent as it is read, no cell taken for a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

from django.http import StreamingHttpResponse
from django.utils.timezone import localtime

from apps.core.cells import harmless

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
Cell = str | int | date | datetime | None


class _Echo:
    def write(self, line: str) -> str:
        return line


def csv_response(name: str, head: Sequence[Cell], rows: Iterable[Sequence[Cell]]) -> StreamingHttpResponse:
    """Stream the rows under their head as ``name``.csv."""
    return StreamingHttpResponse(
        _lines(head, rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def yuan_cell(fen: int) -> str:
    """Fen as yuan with two decimals, a plain minus before them, as a spreadsheet reads a number."""
    yuan, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{yuan}.{rest:02d}"


def _lines(head: Sequence[Cell], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield BOM + writer.writerow([_text(cell) for cell in head])
    for row in rows:
        yield writer.writerow([_text(cell) for cell in row])


def _text(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return localtime(cell).strftime("%Y-%m-%d %H:%M:%S")
    return harmless("" if cell is None else cell.isoformat() if isinstance(cell, date) else str(cell))
