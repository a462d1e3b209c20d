"""Read the first sheet of an Excel workbook, in a process of its own with little memory and time.

Runs as ``python -m apps.enrolments.sheets.workbook``: the file on standard input; on standard output a line of JSON
about the sheet, then its rows as CSV.  Exit code 3: refused, standard error is the code of a refusal; anything else:
broken.  Imports nothing of Django: an attack on the decoder finds no secrets and no database.
"""

from __future__ import annotations

import csv
import io
import json
import resource
import sys
import zipfile
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

MEMORY, SECONDS = 1536 * 1024 * 1024, 120
UNPACKED = 600 * 1024 * 1024
PARTS = 2_000
MERGED = 10_000
EXACT = 10**15  # Excel keeps 15 digits of a number


class Refused(Exception):
    """Its text is the code of a refusal."""


def as_text(value: Any) -> str:
    """A cell as it would be written in a CSV; a number too long to be exact shows that it is one."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return str(int(value)) if value == int(value) and abs(value) < EXACT else f"{value:.14E}"
    return value.date().isoformat() if isinstance(value, datetime) else _day(value)


def _day(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def check_parts(content: bytes) -> None:
    """Raises Refused for what is no workbook, and for what would unpack to more than a roster can be."""
    try:
        parts = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except zipfile.BadZipFile as error:
        raise Refused("sheet-broken") from error
    if not any(part.filename.lower() == "xl/workbook.xml" for part in parts):
        raise Refused("not-a-table")
    if len(parts) > PARTS or sum(part.file_size for part in parts) > UNPACKED:
        raise Refused("unpacks-too-large")


def spans(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ranges of row numbers in order, those that touch made one."""
    found: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return found


def write_rows(content: bytes, out: io.TextIOBase) -> None:
    from python_calamine import CalamineWorkbook

    check_parts(content)
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
    merged = spans((first[0] + 1, last[0] + 1) for first, last in (sheet.merged_cell_ranges or [])[:MERGED])
    out.write(json.dumps({"rows": sheet.height, "merged": merged}) + "\n")
    writer = csv.writer(out)
    for row in sheet.iter_rows():
        writer.writerow([as_text(value) for value in row])


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    content = sys.stdin.buffer.read()
    try:
        with io.TextIOWrapper(sys.stdout.buffer, "utf-8", newline="", write_through=False) as out:
            write_rows(content, out)
    except Refused as refusal:
        print(refusal, end="", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
