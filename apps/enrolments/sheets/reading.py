"""A kept file as numbered rows of texts, whatever it is: CSV in any usual encoding, or an Excel workbook."""

from __future__ import annotations

import codecs
import csv
import io
import json
import subprocess
import sys
from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import chain
from threading import Thread
from typing import Any

from django.conf import settings

from apps.enrolments.errors import SHEET_REFUSALS, EncodingUnknown, NotATable, OldWorkbook, SheetBroken
from apps.enrolments.sheets.vault import KeptFile, pieces_of

Row = list[str]
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
UTF16 = (b"\xff\xfe", b"\xfe\xff")
ENCODINGS = ("utf-8-sig", "gb18030")
DELIMITERS = (",", "\t", ";", "，")
LONGEST_CELL = 10_000
HEAD = 4096
SNIFFED = 20  # lines in which the delimiter is looked for


@dataclass(frozen=True, slots=True)
class Sheet:
    """All rows, the first being number 1 as in Excel; ``share`` says how much is read; ``is_merged`` of a number."""

    rows: Iterator[Row]
    line: Callable[[], int]
    share: Callable[[], float]
    has_merged: bool = False
    is_merged: Callable[[int], bool] = lambda number: False


def check_kind(head: bytes) -> None:
    """What the first bytes say; the file's name is never believed.  Raises NotATable, OldWorkbook."""
    if head.startswith(OLE):
        raise OldWorkbook
    if not head.startswith((ZIP, *UTF16)) and (b"\0" in head or head.startswith((b"%PDF", b"{\\rtf"))):
        raise NotATable


@contextmanager
def open_sheet(stored_as: str, size: int) -> Iterator[Sheet]:
    """The rows of a kept file.  Raises NotATable, OldWorkbook, EncodingUnknown, SheetBroken, UnpacksTooLarge."""
    head = next(pieces_of(stored_as), b"")[:HEAD]
    check_kind(head)
    csv.field_size_limit(LONGEST_CELL)
    with _workbook(stored_as) if head.startswith(ZIP) else _text(stored_as, size, head) as sheet:
        try:
            yield sheet
        except (csv.Error, UnicodeError) as error:
            raise SheetBroken(row=sheet.line() + 1) from error


@contextmanager
def _text(stored_as: str, size: int, head: bytes) -> Iterator[Sheet]:
    encoding = "utf-16" if head.startswith(UTF16) else _encoding(stored_as)
    file = KeptFile(stored_as)
    with io.TextIOWrapper(io.BufferedReader(file, 256 * 1024), encoding, newline="") as lines:
        first = [line for _, line in zip(range(SNIFFED), lines, strict=False)]
        reader = csv.reader(chain(first, lines), delimiter=_delimiter(first))
        yield Sheet(reader, lambda: reader.line_num, lambda: file.taken / max(size, 1))


def _encoding(stored_as: str) -> str:
    """The first encoding in which the whole file makes sense."""
    for encoding in ENCODINGS:
        decoder = codecs.getincrementaldecoder(encoding)()
        with suppress(UnicodeDecodeError):
            for piece in pieces_of(stored_as):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
            return encoding
    raise EncodingUnknown


def _delimiter(lines: list[str]) -> str:
    return max(DELIMITERS, key=lambda mark: max((line.count(mark) for line in lines), default=0))


@contextmanager
def _workbook(stored_as: str) -> Iterator[Sheet]:
    """The rows from a process of its own; whatever goes wrong in there, the file is refused."""
    command = [sys.executable, "-Bs", "-m", "apps.enrolments.sheets.workbook"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, cwd=settings.ROOT, env={}) as child:
        feeder = Thread(target=_feed, args=(child, stored_as), daemon=True)
        feeder.start()
        try:
            assert child.stdout is not None  # noqa: S101 - it is a pipe
            lines = io.TextIOWrapper(child.stdout, "utf-8", newline="")
            about = json.loads(lines.readline() or "{}")
            if not about:
                raise _refusal(child)
            yield _sheet(child, lines, about)
        finally:
            child.kill()
            feeder.join()


def _sheet(child: subprocess.Popen[bytes], lines: Iterator[str], about: dict[str, Any]) -> Sheet:
    total, merged = about["rows"], about["merged"]
    starts = [first for first, _last in merged]
    reader = csv.reader(lines)

    def is_merged(number: int) -> bool:
        at = bisect_right(starts, number)
        return at > 0 and number <= merged[at - 1][1]

    def end() -> Iterator[Row]:
        if child.wait():
            raise _refusal(child)
        yield from ()

    return Sheet(
        chain(reader, end()), lambda: reader.line_num, lambda: reader.line_num / max(total, 1), bool(merged), is_merged
    )


def _feed(child: subprocess.Popen[bytes], stored_as: str) -> None:
    assert child.stdin is not None  # noqa: S101 - it is a pipe
    with suppress(BrokenPipeError, ValueError), child.stdin:
        for piece in pieces_of(stored_as):
            child.stdin.write(piece)


def _refusal(child: subprocess.Popen[bytes]) -> Exception:
    assert child.stderr is not None  # noqa: S101 - it is a pipe
    code = child.stderr.read().decode(errors="replace") if child.wait() == 3 else ""
    return SHEET_REFUSALS.get(code, SheetBroken)(row=1)
