"""Files between fund and bank: orders written as a batch, the statement read from CSV.

All in text that a person can check: amounts in yuan, UTF-8 with a mark so that Excel shows Chinese.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from apps.core.cells import harmless
from apps.core.errors import N_
from apps.payments.rules.matching import LineKind

BATCH_COLUMNS = ("number", "account", "holder_name", "bank", "amount", "currency", "memo", "key")
STATEMENT_COLUMNS = ("number", "date", "kind", "amount", "account", "key", "reference", "own_account")
MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
AMOUNT = re.compile(r"(\d{1,3}(?:,\d{3})+|\d{1,13})(?:\.(\d{1,2}))?")
MOST_ROWS = 200_000
MOST_PROBLEMS = 50

NO_AMOUNT = N_("The amount is missing or is not a number such as 1,234.50.")
NEGATIVE = N_("The amount is below zero. It stands without a sign; the kind says which way the money went.")
ZERO = N_("The amount is zero.")
NO_DATE = N_("The date is not a day such as 2026-03-31.")
NO_KIND = N_("The kind is none of paid, rejected, returned, received.")
NO_NUMBER = N_("The line has no number.")
SAME_NUMBER = N_("The number stands twice in this file.")
OTHER_ACCOUNT = N_("This line belongs to another account than the fund's.")
OTHER_CURRENCY = N_("The currency is not CNY.")
SHORT_ROW = N_("The row has too few or too many cells.")


@dataclass(frozen=True, slots=True)
class Payment:
    """One order in a batch file."""

    number: int
    account: str
    holder_name: str
    bank: str
    amount_fen: int
    memo: str
    key: UUID


@dataclass(frozen=True, slots=True)
class FileLine:
    """One line of a statement file."""

    number: int
    key: str
    kind: LineKind
    amount_fen: int
    account: str
    bank_date: date
    reference: str


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in which row, counted as a person sees them: the heading is row 1.

    ``reference``: the bank's own, where nobody can count rows.
    """

    row: int
    reason: str
    reference: str = ""

    @property
    def place(self) -> str:
        return f"{self.row} · {self.reference}" if self.reference else str(self.row)


class Unreadable(Exception):
    """The file as a whole is no statement: the reason."""


class BadRows(Exception):
    """Rows that cannot be read; nothing of the file is taken."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"{len(problems)} rows")
        self.problems = list(problems)


NOT_TEXT = N_("This is not a text file. Save it as CSV (UTF-8 or GB18030) and bring it again.")
NO_HEADING = N_(
    "The first row does not name the columns number, date, kind, amount, account, key, reference, own_account."
)
EMPTY = N_("The file holds no line of a statement.")
TOO_LONG = N_("The file holds more than 200,000 lines. Split it by days and bring the parts.")


def yuan_of(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def batch_text(payments: Iterable[Payment]) -> bytes:
    """The batch file: the same payments always give the same bytes."""
    sheet = io.StringIO(newline="")
    writer = csv.writer(sheet, quoting=csv.QUOTE_ALL)
    writer.writerow(BATCH_COLUMNS)
    for payment in payments:
        names = (harmless(payment.holder_name), harmless(payment.bank))
        amount = yuan_of(payment.amount_fen)
        writer.writerow((payment.number, payment.account, *names, amount, "CNY", payment.memo, payment.key.hex))
    return (MARK + sheet.getvalue()).encode()


def read_csv(content: bytes, own_account: str) -> list[FileLine]:
    """The lines of a statement in CSV.  Raises Unreadable, BadRows."""
    rows = csv.reader(io.StringIO(_text(content), newline=""))
    heading = [_plain(cell).lower() for cell in next(rows, [])]
    if sorted(heading) != sorted(STATEMENT_COLUMNS):
        raise Unreadable(NO_HEADING)
    lines, problems = [], []
    for number, cells in enumerate(rows, start=2):
        if number > MOST_ROWS + 1:
            raise Unreadable(TOO_LONG)
        if not any(cells):
            continue
        row = dict(zip(heading, map(_plain, cells), strict=False)) if len(cells) == len(heading) else {}
        reason = _fault(row, own_account)
        if reason:
            problems.append(Problem(number, reason))
        else:
            lines.append(_line(row))
    return checked(lines, problems)


def checked(lines: list[FileLine], problems: list[Problem]) -> list[FileLine]:
    """The lines, if there are any and nothing is wrong.  Raises Unreadable, BadRows."""
    seen: set[int] = set()
    for place, line in enumerate(lines):
        if line.number in seen and len(problems) < MOST_PROBLEMS:
            problems.append(Problem(place + 2, SAME_NUMBER))
        seen.add(line.number)
    if problems:
        raise BadRows(problems[:MOST_PROBLEMS])
    if not lines:
        raise Unreadable(EMPTY)
    return lines


def _text(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Unreadable(NOT_TEXT)


def _plain(cell: str) -> str:
    """Without spaces around it, full-width digits and signs as usual ones."""
    return unicodedata.normalize("NFKC", cell).strip()


def fault_of_amount(text: str) -> str:
    """Why an amount in yuan cannot be taken; empty when it can."""
    if text.startswith(("-", "\N{MINUS SIGN}", "(")):
        return NEGATIVE
    if not AMOUNT.fullmatch(text.removeprefix("¥").strip()):
        return NO_AMOUNT
    return "" if fen_of(text) else ZERO


def fen_of(text: str) -> int:
    """An amount without fault in fen."""
    yuan, _, decimals = text.removeprefix("¥").strip().replace(",", "").partition(".")
    return int(yuan) * 100 + int(decimals.ljust(2, "0"))


def _fault(row: Mapping[str, str], own_account: str) -> str:
    if not row:
        return SHORT_ROW
    if row["own_account"].replace(" ", "") != own_account:
        return OTHER_ACCOUNT
    if not row["number"]:
        return NO_NUMBER
    if row["kind"].lower() not in set(LineKind):
        return NO_KIND
    if day_of(row["date"]) is None:
        return NO_DATE
    return fault_of_amount(row["amount"])


def _line(row: Mapping[str, str]) -> FileLine:
    return FileLine(
        number=number_of(row["number"]),
        key=row["key"][:80],
        kind=LineKind(row["kind"].lower()),
        amount_fen=fen_of(row["amount"]),
        account="".join(row["account"].split()),
        bank_date=day_of(row["date"]) or date.min,
        reference=row["reference"][:80],
    )


def day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10].replace("/", "-"))
    except ValueError:
        return None


def number_of(reference: str, part: int = 0) -> int:
    """A bank's number as it is; any other reference as a number far below zero, the same each time."""
    if reference.isascii() and reference.isdigit() and len(reference) <= 18 and not part:
        return int(reference)
    digest = hashlib.sha256(f"{reference}\n{part}".encode()).digest()
    return -(2**61) - int.from_bytes(digest[:7])
